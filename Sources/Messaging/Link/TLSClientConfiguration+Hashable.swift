// SPDX-License-Identifier: GPL-3.0-or-later

extension TLSClientConfiguration: Hashable {
    /// All fields: a bind whose TLS settings change is made anew.
    package static func == (left: TLSClientConfiguration, right: TLSClientConfiguration) -> Bool {
        left.checksAuthority == right.checksAuthority && left.authorityFile == right.authorityFile
            && left.pinnedSHA256 == right.pinnedSHA256 && left.peerName == right.peerName
            && left.certificateFile == right.certificateFile && left.keyFile == right.keyFile
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(checksAuthority)
        hasher.combine(authorityFile)
        hasher.combine(pinnedSHA256)
        hasher.combine(peerName)
        hasher.combine(certificateFile)
        hasher.combine(keyFile)
    }
}
