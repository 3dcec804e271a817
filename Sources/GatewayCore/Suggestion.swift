// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds what someone probably meant to write.
package enum Suggestion {
    /// The nearest candidate, when it is near enough to be worth naming.
    package static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().utf8)
        guard wanted.count <= 64 else { return nil }
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
            let limit = min(3, max(1, max(wanted.count, candidate.utf8.count) / 3))
            guard distance <= limit, distance < best?.distance ?? .max else { continue }
            best = (distance, candidate)
        }
        return best?.candidate
    }

    /// "; did you mean X?" or "".
    package static func hint(for text: String, among candidates: some Sequence<String>, suffix: String = "") -> String {
        nearest(to: text, among: candidates).map { "; did you mean \($0)\(suffix)?" } ?? ""
    }
}
