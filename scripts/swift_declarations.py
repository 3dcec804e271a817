# SPDX-License-Identifier: GPL-3.0-or-later
"""Types and stored properties of Swift sources, as far as scripts/check-rooms needs them."""
import re
from typing import NamedTuple


class Token(NamedTuple):
    text: str
    line: int


TOKEN = re.compile(r"\n|//[^\n]*|/\*|#*\"\"\"|#*\"|`?[A-Za-z_]\w*`?|[0-9][\w.]*|->|[^\s\w]")
COMMENT_MARK = re.compile(r"/\*|\*/")
OPENING = {"(": ")", "[": "]", "{": "}"}
MODIFIERS = {
    "public", "package", "internal", "fileprivate", "private", "open", "static", "class", "lazy", "weak", "unowned", "final",
    "override", "nonisolated", "required", "convenience", "mutating", "nonmutating", "dynamic", "indirect", "consuming",
    "borrowing", "isolated", "distributed",
}
TYPES = {"class", "struct", "enum", "actor", "protocol", "extension"}


def end_of_comment(text, at):
    """Behind a block comment, whose comments may hold comments."""
    depth = 0
    for mark in COMMENT_MARK.finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def end_of_string(text, at, opening):
    """Behind a string literal; what is interpolated may hold strings."""
    hashes = opening.count("#")
    closing, escape = opening.lstrip("#") + "#" * hashes, "\\" + "#" * hashes
    at += len(opening)
    while at < len(text) and not text.startswith(closing, at):
        if text.startswith(escape + "(", at):
            at = end_of_interpolation(text, at + len(escape))
        else:
            at += len(escape) + 1 if text.startswith(escape, at) else 1
    return at + len(closing)


def end_of_interpolation(text, at):
    depth = 0
    while at < len(text):
        match = TOKEN.search(text, at)
        part, at = match.group(), match.end()
        if part.startswith("//"):
            continue
        if part.endswith('"'):
            at = end_of_string(text, match.start(), part)
        depth += (part == "(") - (part == ")")
        if depth == 0:
            return at
    return at


def tokens(text):
    """Words, numbers and marks; a string is one token, comments are none."""
    found, at, line = [], 0, 1
    while match := TOKEN.search(text, at):
        part, at = match.group(), match.end()
        if part == "/*":
            at = end_of_comment(text, match.start())
        elif part.startswith("//"):
            continue
        elif part.endswith('"'):
            at = end_of_string(text, match.start(), part)
            found.append(Token('""', line))
        else:
            found.append(Token(part, line))
        line += text.count("\n", match.start(), at)
    return found


class Property(NamedTuple):
    owner: str
    name: str
    line: int
    is_constant: bool
    modifiers: frozenset


class Source:
    """The types that a file declares or extends, and the stored properties of each."""

    def __init__(self, text):
        self.tokens = tokens(text)
        # Name of each type: "class", "struct", "enum" or "actor"; names of those declared or extended.
        self.declared, self.mentioned = {}, set()
        self.properties = []
        self._at = 0
        self._members(owner="")

    @property
    def is_whole(self):
        """Whether every brace was understood."""
        return self._at == len(self.tokens)

    def _peek(self, offset=0):
        at = self._at + offset
        return self.tokens[at].text if at < len(self.tokens) else ""

    def _skip_lines(self):
        while self._peek() == "\n":
            self._at += 1

    def _skip_balanced(self):
        """Over a bracket and everything up to the one that closes it."""
        depth = 0
        while self._at < len(self.tokens):
            text = self._peek()
            depth += (text in OPENING) - (text in OPENING.values())
            self._at += 1
            if depth == 0:
                return

    def _members(self, owner):
        """Declarations up to the brace that closes their type, or the end of the file."""
        modifiers = set()
        while self._at < len(self.tokens) and self._peek() != "}":
            text = self._peek()
            is_member = self._at == 0 or self.tokens[self._at - 1].text != "."
            if is_member and text in ("var", "let"):
                self._binding(owner, text == "let", frozenset(modifiers))
            elif is_member and text in TYPES and self._peek(1) not in ("func", "var", "let", "subscript"):
                self._type(owner)
            elif text == "import":
                while self._peek() not in ("\n", ""):
                    self._at += 1
            elif text in MODIFIERS:
                modifiers.add(text + "(set)" if self._peek(1) == "(" and self._peek(2) == "set" else text)
                self._at += 1
                if self._peek() == "(":
                    self._skip_balanced()
                continue
            elif text == "@":
                self._at += 2
                if self._peek() == "(":
                    self._skip_balanced()
                continue
            elif text in OPENING:
                self._skip_balanced()
            else:
                self._at += 1
                if text == "\n":
                    continue
            modifiers = set()

    def _type(self, owner):
        keyword = self._peek()
        self._at += 1
        name = self._peek()
        while self._peek(1) == ".":
            self._at += 2
            name += "." + self._peek()
        name = f"{owner}.{name}" if owner else name
        while self._peek() not in ("{", ""):
            self._at += 1
        if keyword == "protocol":
            self._skip_balanced()
            return
        self.mentioned.add(name)
        if keyword != "extension":
            self.declared[name] = keyword
        self._at += 1
        self._members(name)
        self._at += 1

    def _binding(self, owner, is_constant, modifiers):
        """`var` or `let` and what it declares, with or without types, values, accessors."""
        while True:
            self._at += 1
            self._skip_lines()
            line, names = self.tokens[self._at].line, [self._peek()]
            if names == ["("]:
                start = self._at
                self._skip_balanced()
                names = [token.text for token in self.tokens[start:self._at] if re.match(r"`?\w", token.text)]
            else:
                self._at += 1
            has_value = self._skip_type()
            if has_value or not self._is_computed():
                self.properties += [Property(owner, name.strip("`"), line, is_constant, modifiers) for name in names]
            if has_value:
                self._skip_value()
            if self._peek() != ",":
                return

    def _skip_type(self):
        """Whether a value follows what was skipped."""
        depth = 0
        while self._at < len(self.tokens):
            text = self._peek()
            depth += (text in OPENING and text != "{" or text == "<") - (text in (")", "]", ">"))
            if depth == 0 and text in ("=", "{", "}", ";", ","):
                return text == "="
            if depth == 0 and text == "\n" and not self._goes_on():
                return False
            self._at += 1
        return False

    def _goes_on(self):
        """Whether the line break here is inside a declaration."""
        before = self.tokens[self._at - 1].text
        offset = 0
        while self._peek(offset) == "\n":
            offset += 1
        after = self._peek(offset)
        return before in (":", "->", ".", "&", "=", ",") or after in ("->", ".", "&", "=", "{", "?", ":", "+", "-", "*", "|")

    def _is_computed(self):
        """Whether the braces here, if any, hold a getter; observers do not make a property computed."""
        if self._peek() != "{":
            return False
        start = self._at
        self._skip_balanced()
        inside = [token.text for token in self.tokens[start + 1:self._at] if token.text != "\n"]
        return inside[:1] not in (["didSet"], ["willSet"])

    def _skip_value(self):
        """To a comma before another name, or behind the declaration."""
        while self._at < len(self.tokens):
            text = self._peek()
            if text in OPENING:
                self._skip_balanced()
                continue
            is_name = re.match(r"`?[A-Za-z_]", self._peek(1)) and self._peek(2) in (":", "=")
            if text in ("}", ";") or text == "," and is_name or text == "\n" and not self._goes_on():
                return
            self._at += 1
