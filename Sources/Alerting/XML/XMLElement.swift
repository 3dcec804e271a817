// SPDX-License-Identifier: GPL-3.0-or-later

/// An element with what is in it. Attributes mean nothing in an alert and are not kept.
final class XMLElement {
    let name: String
    /// "" for none.
    let namespace: String
    let position: TextPosition
    /// Its own text, without that of elements in it.
    var text = ""
    var children: [XMLElement] = []

    init(name: String, namespace: String, position: TextPosition) {
        self.name = name
        self.namespace = namespace
        self.position = position
    }
}
