// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[Gateway]`: directories, logging, life of the daemon.
    package struct General: Equatable, Sendable {
        /// Journal and prompt cache; absolute.
        package var stateDirectory = "/var/lib/burgernetd"
        /// Control socket; absolute.
        package var runtimeDirectory = "/run/burgernetd"
        /// Standard prompts; absolute.
        package var soundsDirectory = "/usr/share/burgernetd/sounds"
        /// Recordings that a message may name; absolute. Default: `recordings` in the state directory.
        package var recordingsDirectory = "/var/lib/burgernetd/recordings"
        package var logLevel = LogLevel.info
        /// How long running messages may go on after SIGTERM. 0 and more.
        package var drainTimeout = Interval.seconds(30)
        /// An action expires by itself after this.
        package var maximumActionAge = Interval.minutes(24 * 60)
        /// After a crash, how long calls in doubt are held before they are dialled again.
        package var doubtHold = Interval.seconds(5)
        /// Group that may use the control socket; nil: the daemon's own.
        package var controlGroup: String?
        /// How long a number is left alone by other actions when a call or SMS of one is over.
        package var pauseBetweenActions = Interval.seconds(30)
        /// Per cent of calls and SMS that each less pressing class keeps beside a more pressing one.
        package var classFloor = 5.0
        /// MiB: with less on the disk of the journal an operator should look, and look at once. 0: no such alarm.
        package var spaceWarning = 1024
        package var spaceAlarm = 256

        package init() {}

        /// The control socket's path.
        package var controlSocket: String { runtimeDirectory + "/control.sock" }
    }
}

extension ConfigurationSchema {
    static var general: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Gateway",
            keys: [
                .value("StateDirectory", \.general.stateDirectory, .path, .restart),
                .value("RuntimeDirectory", \.general.runtimeDirectory, .path, .restart),
                .value("SoundsDirectory", \.general.soundsDirectory, .path, .restart),
                .value("RecordingsDirectory", \.general.recordingsDirectory, .path, .restart),
                .value("ControlGroup", \.general.controlGroup, ValueReader<String>.group.optional, .restart),
                .value("LogLevel", \.general.logLevel, .oneOf),
                .value("DrainTimeout", \.general.drainTimeout, .duration(.zero ... .minutes(10))),
                .value("MaximumActionAge", \.general.maximumActionAge, .duration(.minutes(1) ... .minutes(43_200))),
                .value("DoubtHold", \.general.doubtHold, .duration(.zero ... .minutes(5))),
                .value("PauseBetweenActions", \.general.pauseBetweenActions, .duration(.zero ... .minutes(60))),
                .value("ClassFloor", \.general.classFloor, .number(0...20)),
                .value("SpaceWarning", \.general.spaceWarning, .integer(0...1_048_576)),
                .value("SpaceAlarm", \.general.spaceAlarm, .integer(0...1_048_576)),
                .value("TimeScale", \.retry.timeScale, .number(0.001...10)),
            ])
    }
}
