// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ConfigurationLoader {
    /// nil, with a complaint, when there is none that can be used.
    func readPassword(
        _ section: UnitSection, _ source: PasswordSource, _ reader: inout ConfigurationReader
    ) -> Secret? {
        let (key, file, hint): (String, String, String)
        switch source {
        case .file(let path):
            (key, file, hint) = ("PasswordFile", path, "")
        case .credential(let name):
            key = "PasswordCredential"
            guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
                let message = "$CREDENTIALS_DIRECTORY is not set: systemd sets it, with LoadCredential=\(name):FILE"
                switch missingCredentials {
                case .complain: reader.complain(section, key, message)
                case .warn: reader.warn(section, key, message + "; the password was not checked")
                }
                return nil
            }
            file = folder + "/" + name
            hint = "; is LoadCredential=\(name):FILE in the unit?"
        }
        if ConfigurationFiles.isOpenToEverybody(file) {
            reader.complain(section, key, "\(file) is open to everybody: chmod o= \(file)")
            return nil
        }
        switch ConfigurationFiles.contents(of: file, limit: 1024) {
        case .failure(let error):
            reader.complain(section, key, "\(file) \(error.message)\(hint)")
            return nil
        case .success(let bytes):
            var line = bytes[...]
            while line.last == 10 || line.last == 13 { line = line.dropLast() }
            guard let text = String(validating: line, as: UTF8.self), !text.isEmpty,
                text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 })
            else {
                reader.complain(section, key, "\(file) does not hold one line of text")
                return nil
            }
            return Secret(text)
        }
    }
}
