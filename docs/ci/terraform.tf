# A team's stack and its file: see docs/teams.md. `make package` writes packaged.yaml,
# `tocsin template teams/payments.yaml --out team.json` the file's own template.

resource "aws_s3_object" "tocsin" {
  bucket = var.bucket
  key    = "tocsin/${filesha256("packaged.yaml")}.yaml"
  source = "packaged.yaml"
}

resource "aws_cloudformation_stack" "tocsin" {
  name         = "tocsin-payments-prod"
  template_url = "https://${var.bucket}.s3.${var.region}.amazonaws.com/${aws_s3_object.tocsin.key}"
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  parameters = {
    TeamName      = "payments"
    Stage         = "prod"
    RetentionDays = "365"
    EmailFrom     = "tocsin@example.com"
  }
}

resource "aws_cloudformation_stack" "team_file" {
  name          = "tocsin-payments-prod-file"
  template_body = file("team.json") # 51,200 bytes at most; a bigger one goes by template_url

  parameters = {
    TeamConfigFunctionArn = aws_cloudformation_stack.tocsin.outputs["TeamConfigFunctionArn"]
  }
}

output "last_deployment" {
  value = aws_cloudformation_stack.team_file.outputs
}

variable "bucket" {
  type = string
}

variable "region" {
  type = string
}
