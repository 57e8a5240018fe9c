"""Reads a page of ours as a browser would: what it says, and what its form would send."""

from html.parser import HTMLParser

# What a browser leaves out of a form's data, or adds only when it is pressed or chosen.
UNSENT = {"file", "submit", "button", "reset", "image"}
SILENT = {"script", "style", "title"}


class _Page(HTMLParser):
    """Collects the text, every named control, and the data of the form that is posted."""

    def __init__(self, html: str):
        super().__init__()
        self.texts, self.controls, self.form = [], {}, {}
        self._is_posted = self._is_silent = False
        self._name = self._option = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attrs = {key: value or "" for key, value in attributes}
        name, value = attrs.get("name"), attrs.get("value", "")
        self._is_silent = tag in SILENT
        if tag == "form":
            self._is_posted = attrs.get("method") == "post"
        elif tag in ("input", "textarea", "select") and name and self._is_posted:
            self.controls.setdefault(name, []).append({"tag": tag, **attrs})
            self._name = name
            kind = attrs.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in attrs:
                    self.form[name] = value or "on"
            elif tag == "textarea":
                self.form[name] = ""
            elif kind not in UNSENT and tag == "input":
                self.form[name] = value
        elif tag == "option" and (name := self._name):
            # Without a choice, a browser sends the first.
            self.form[name] = value if "selected" in attrs else self.form.get(name, value)

    def handle_endtag(self, tag):
        self._is_silent = False
        if tag in ("textarea", "select"):
            self._name = None
        elif tag == "form":
            self._is_posted = False

    def handle_data(self, data):
        if self._name and self.controls[self._name][-1]["tag"] == "textarea":
            # A newline right after the tag belongs to the markup.
            self.form[self._name] += data.removeprefix("\n")
        elif not self._is_silent and data.strip():
            self.texts.append(" ".join(data.split()))


def form_on(response) -> dict[str, str]:
    """Return what pressing the button of the page's form would send, as it stands."""
    return _Page(response.content.decode()).form


def typed(form: dict) -> dict:
    """Return a form's data without what the page itself puts in."""
    return {name: form[name] for name in form if name not in ("csrfmiddlewaretoken", "nonce")}


def controls_on(response) -> dict[str, list[dict]]:
    """Return the form's controls by name, each with its tag and attributes."""
    return _Page(response.content.decode()).controls


def text_of(response) -> str:
    """Return what the page says, line by line."""
    return "\n".join(_Page(response.content.decode()).texts)
