// SPDX-License-Identifier: GPL-3.0-or-later

/// What the recordings of a language say, as `texts.txt` beside them has it.
package enum StandardPrompts {
    private static let limit = 1 << 20

    /// Name to text; empty when there is no such file. Blocks on the file; any thread.
    package static func texts(soundsDirectory: String, language: String) -> [String: String] {
        guard !language.contains("/"), language != "..",
            case .bytes(let bytes) = RegularFile.read("\(soundsDirectory)/\(language)/texts.txt", limit: limit)
        else { return [:] }
        var texts: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { texts[String(parts[0])] = String(parts[1]) }
        }
        return texts
    }
}
