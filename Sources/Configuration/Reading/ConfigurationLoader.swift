// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A configuration as loaded, with what is odd about it.
package struct LoadedConfiguration: Equatable, Sendable {
    package var configuration: GatewayConfiguration
    package var warnings: [ConfigurationComplaint]
    /// Read, in this order.
    package var files: [String]
    package var origins: ConfigurationOrigins
}

/// All that is wrong with a configuration.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package var complaints: [ConfigurationComplaint]
    package var warnings: [ConfigurationComplaint]

    /// One line for each complaint.
    package var description: String { complaints.map(\.description).joined(separator: "\n") }
}

/// Loads burgernetd.conf, then the drop-ins `burgernetd.conf.d/*.conf` in order of their names.
package struct ConfigurationLoader: Sendable {
    /// What to do when `$CREDENTIALS_DIRECTORY` is not there.
    package enum MissingCredentials: Sendable {
        /// A complaint: the daemon cannot start.
        case complain
        /// A warning: someone checks the files by hand.
        case warn
    }

    package static let standardPath = "/etc/burgernetd/burgernetd.conf"
    static let mostBytes = 1 << 20

    package var path: String
    /// `--directory`: state and run-time files go to `state` and `run` in it, where the files say nothing else.
    package var directory: String?
    package var environment: [String: String]
    package var missingCredentials: MissingCredentials

    package init(
        path: String = ConfigurationLoader.standardPath, directory: String? = nil, environment: [String: String],
        missingCredentials: MissingCredentials = .complain
    ) {
        self.path = path
        self.directory = directory
        self.environment = environment
        self.missingCredentials = missingCredentials
    }

    /// Reads and checks everything. Blocks on file access only.
    package func load() -> Result<LoadedConfiguration, ConfigurationError> {
        var standard = GatewayConfiguration()
        if let directory {
            let root = ConfigurationFiles.absolute(directory)
            standard.general.stateDirectory = root + "/state"
            standard.general.runtimeDirectory = root + "/run"
        }
        var reader = ConfigurationReader(standard: standard)
        var files: [String] = []
        for file in [path] + dropIns(&reader) {
            switch ConfigurationFiles.contents(of: file, limit: Self.mostBytes) {
            case .success(let bytes):
                files.append(file)
                reader.read(UnitFile.parse(bytes, file: file))
            case .failure(let error):
                reader.complain(ConfigurationLocation(file: file, line: 0), "", error.message)
            }
        }
        // Without any file, "no trunk" would only repeat it.
        guard !files.isEmpty else {
            return .failure(ConfigurationError(complaints: reader.complaints, warnings: reader.warnings))
        }
        reader.finish(mainFile: path)
        for section in ConfigurationSchema.sections {
            section.readPasswords(&reader) { section, source, reader in readPassword(section, source, &reader) }
        }
        for (language, command) in reader.configuration.speech.commands.sorted(by: { $0.key < $1.key }) {
            checkProgram(command, language, &reader)
        }
        readTariffs(&reader)
        readLexicons(&reader)
        guard reader.complaints.isEmpty else {
            return .failure(ConfigurationError(complaints: reader.complaints, warnings: reader.warnings))
        }
        return .success(
            LoadedConfiguration(
                configuration: reader.configuration, warnings: reader.warnings, files: files, origins: reader.origins))
    }

    private func dropIns(_ reader: inout ConfigurationReader) -> [String] {
        let folder = path + ".d"
        switch ConfigurationFiles.folder(folder) {
        case .names(let names):
            return names.filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { folder + "/" + $0 }
        case .absent:
            return []
        case .unreadable(let reason):
            reader.complain(ConfigurationLocation(file: folder, line: 0), "", "cannot be read: \(reason)")
            return []
        }
    }

    private func checkProgram(_ command: [String], _ language: String, _ reader: inout ConfigurationReader) {
        guard let program = command.first else { return }
        let section = UnitSection(kind: ConfigurationSchema.language.kind, name: language)
        let candidates: [String]
        if program.hasPrefix("/") {
            candidates = [program]
        } else {
            let folders = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
            candidates = folders.split(separator: ":").map { "\($0)/\(program)" }
        }
        guard !candidates.contains(where: ConfigurationFiles.isExecutable) else { return }
        let location =
            reader.location(section, "Command") ?? ConfigurationLocation(file: path, line: 0)
        reader.warn(
            location, "\(section.description) Command",
            "\(program) is not there: messages in this language cannot be spoken")
    }
}
