"""The doors of somebody who gives an account: one question a page, and the way back with six words."""

from flask import Blueprint

bp = Blueprint("submit", __name__, url_prefix="/submit")
