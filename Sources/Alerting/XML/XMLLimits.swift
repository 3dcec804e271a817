// SPDX-License-Identifier: GPL-3.0-or-later

/// How large an alert may be. Known alerts of weather services, with their polygons, stay far below all of it.
enum XMLLimits {
    /// Octets of the file, before anything of it is looked at.
    static let size = 1 << 20
    /// Elements within elements; an alert has five levels, a signature in it nine.
    static let depth = 32
    static let elements = 10_000
    /// Attributes of one element: the parser compares each with all others.
    static let attributes = 64
    /// Octets in which the XML declaration ends.
    static let declaration = 512
}
