"""Answers of pages, and of notices in their place."""

from http import HTTPStatus

from tocsin.lambda_runtime.http import HttpAnswer


def page_answer(body: str, status: HTTPStatus = HTTPStatus.OK) -> HttpAnswer:
    from functions.actions.pages.page import HEADERS

    return HttpAnswer(status=status, body=body, headers=HEADERS)


def notice_answer(
    status: HTTPStatus, title: str, *sentences: str, can_look_again: bool = False
) -> HttpAnswer:
    from functions.actions.pages.page import notice

    return page_answer(notice(title, *sentences, can_look_again=can_look_again), status)


def redirect_answer(token: str, sentence: str) -> HttpAnswer:
    """Send the browser to the page of this link; a program reads the sentence."""
    return text_answer(HTTPStatus.SEE_OTHER, sentence, location=token)


def text_answer(status: HTTPStatus, sentence: str, **headers: str) -> HttpAnswer:
    from functions.actions.pages.page import HEADERS

    headers = {**HEADERS, "content-type": "text/plain; charset=utf-8", **headers}
    return HttpAnswer(status=status, body=f"{sentence}\n", headers=headers)
