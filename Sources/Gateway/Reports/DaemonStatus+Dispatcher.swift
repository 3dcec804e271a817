// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import ControlProtocol
import GatewayCore
import Voice

/// What `status` answers.
extension DaemonStatus {
    @TurnActor init(
        _ dispatcher: Dispatcher, _ voice: VoiceStatistics, age: Interval, closeWithin: Interval, now: Timestamp
    ) {
        let engine = dispatcher.engine
        let statistics = dispatcher.statistics
        let trunks = engine.trunks.trunks.filter { !$0.isRetired }
        let meanCommit = statistics.commits > 0 ? statistics.totalCommit.microseconds / Int64(statistics.commits) : 0
        let unclosed = engine.unclosed(after: closeWithin, now: now).map(\.record.id.text)
        self.init(
            version: softwareVersion, started: engine.civil(now) - age, uptimeSeconds: Int(age.seconds),
            isDraining: engine.isDraining, journal: dispatcher.journalCondition, spaceLeft: dispatcher.spaceLeft,
            shortage: engine.isShortOfRoom ? "no descriptor, port, memory or place in the SIP endpoint" : nil,
            unsent: engine.unsentCalls > 0 ? engine.unsentCalls : nil,
            openActions: engine.actions.values.filter { !$0.record.phase.isFinal }.count, calls: engine.activeCalls,
            streams: Int(voice.streams), trunksUp: trunks.filter { !$0.isDown }.count,
            trunks: trunks.count, smscsUp: engine.smscs.filter(\.isUsable).count,
            smscs: engine.smscs.filter { !$0.isRetired }.count, messages: engine.openMessages,
            messagesSent: engine.smscs.reduce(0) { $0 + $1.counts.accepted },
            messagesReceived: engine.smscs.reduce(0) { $0 + $1.counts.inbound },
            media: MediaStatus(
                packetsSent: voice.packetsSent, packetsReceived: voice.packetsReceived, sendErrors: voice.sendErrors,
                skipped: voice.skipped, cpuMicroseconds: voice.rtpCPUMicroseconds,
                lateness: Percentiles(
                    bounds: VoiceStatistics.latenessBounds, counts: voice.lateness,
                    maximum: Int(voice.maximumLatenessMicroseconds))),
            turns: TurnStatus(
                turns: statistics.turns, commits: statistics.commits, records: statistics.records,
                meanCommitMicroseconds: Int(meanCommit),
                longestCommitMicroseconds: Int(statistics.longestCommit.microseconds),
                longestTurnMicroseconds: Int(statistics.longestTurn.microseconds),
                journalFailures: statistics.journalFailures),
            clockSet: engine.clockStep.map {
                ClockSetStatus(at: engine.civil($0.at), milliseconds: Int($0.by.milliseconds))
            }, unclosed: unclosed.isEmpty ? nil : unclosed)
    }
}
