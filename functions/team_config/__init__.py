"""Brings a stack's configuration to what the team's file says, when CloudFormation asks."""
