// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// submit_sm, submit_multi, data_sm.
extension SimulatedSMSC {
    /// What became of one message to one destination.
    struct Verdict {
        var status: CommandStatus
        /// Of an accepted message.
        var number: UInt64?
        /// Its receipt is on its way already.
        var isOvertaken = false
        var isAnswered = true
    }

    func submit(_ submission: Submission, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp) {
        let verdict = accept(submission, number: nil, session, now)
        let isLost = countSubmit(session)
        logSubmit(submission, verdict, isAnswered: verdict.isAnswered && !isLost, session, now)
        guard !isLost else { return breakConnection(session, now) }
        answer(submission.command, verdict, sequence: sequence, session, now)
        enterBlackHoleIfDue(session, now)
    }

    func submit(_ data: DataSM, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp) {
        let content = data.parameters[.messagePayload] ?? []
        content.withUnsafeBytes { bytes in
            var submission = Submission(data)
            submission.content = bytes
            submit(submission, sequence: sequence, session, now)
        }
    }

    /// All destinations share one message id (SMPP 3.4 section 4.5.2).
    func submit(_ multi: SubmitMulti, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp) {
        guard !multi.destinations.isEmpty else {
            // ESME_RINVNUMDESTS.
            return respond(.submitMulti, CommandStatus(rawValue: 0x33), sequence, session)
        }
        let isLost = countSubmit(session)
        var shared = Verdict(status: .ok)
        var failures: [SubmitMultiResponse.Failure] = []
        multi.fields.content.withUnsafeBytes { bytes in
            var submission = Submission(.submitMulti, multi.fields)
            submission.content = bytes
            for destination in multi.destinations {
                var verdict: Verdict
                switch destination {
                case .address(let address):
                    submission.destination = address
                    verdict = accept(submission, number: shared.number, session, now)
                case .distributionList(let name):
                    submission.destination = Address(.unknown, .unknown, name)
                    // ESME_RINVDLNAME: there are no lists here.
                    verdict = Verdict(status: CommandStatus(rawValue: 0x34))
                    tally.refused(verdict.status)
                }
                if verdict.status == .ok {
                    shared.number = verdict.number
                    shared.isOvertaken = shared.isOvertaken || verdict.isOvertaken
                    shared.isAnswered = shared.isAnswered && verdict.isAnswered
                } else {
                    failures.append(.init(destination: submission.destination, status: verdict.status))
                }
                logSubmit(submission, verdict, isAnswered: verdict.isAnswered && !isLost, session, now)
            }
        }
        guard !isLost else { return breakConnection(session, now) }
        if shared.number == nil, let first = failures.first { shared.status = first.status }
        answer(.submitMulti, shared, sequence: sequence, session, now, failures: failures)
        enterBlackHoleIfDue(session, now)
    }

    // MARK: - Accepting

    /// - Parameter number: of the id that the message shares with another; nil: its own.
    private func accept(
        _ submission: Submission, number: UInt64?, _ session: SMSCSession, _ now: Timestamp
    ) -> Verdict {
        guard let place = session.account else { return Verdict(status: .incorrectBindStatus) }
        guard accounts[place].bucket.take(at: now) else { return refused(.throttled) }
        let destination = submission.destination.value
        guard !destination.isEmpty else { return refused(.invalidDestinationAddress) }
        var citizen: SMSCCitizens.Citizen?
        if citizens.matterBeforeResponse {
            let found = citizens.citizen(destination)
            if found.behaviour == .invalid { return refused(.invalidDestinationAddress) }
            if found.behaviour == .refused { return refused(.submitFailed) }
            if found.hasFullQueue, isFull(destination, now) { return refused(.messageQueueFull) }
            citizen = found
        }
        tally.accepted += 1
        var verdict = Verdict(status: .ok)
        if citizen?.behaviour == .silent || chance(settings.responseDrop) {
            verdict.isAnswered = false
            tally.unanswered += 1
        }
        if submission.replacesIfPresent, let serial = pendingMessage(like: submission, account: place, now) {
            replace(serial, with: submission.content, registeredDelivery: submission.registeredDelivery)
            verdict.number = store[serial].number
            return verdict
        }
        let serial = store.nextSerial
        let own = number ?? firstNumber + serial
        var message = StoredMessage(
            number: own, account: place, connection: session.number, serviceType: submission.serviceType,
            source: submission.source, destination: submission.destination,
            registeredDelivery: submission.registeredDelivery,
            userMessageReference: submission.userMessageReference, arrival: now)
        if message.wantsAnyReceipt { message.snippet = Self.snippet(submission.content) }
        store.add(message)
        verdict.number = own
        verdict.isOvertaken = plan(serial, submission, citizen, now)
        return verdict
    }

    static func snippet(_ content: UnsafeRawBufferPointer) -> [UInt8] { Array(content.prefix(20)) }

    private func refused(_ status: CommandStatus) -> Verdict {
        tally.refused(status)
        return Verdict(status: status)
    }

    /// A queue is full for some time from the first submit on, and then never again.
    private func isFull(_ destination: String, _ now: Timestamp) -> Bool {
        let key = String(SMSCCitizens.key(destination))
        if let end = fullUntil[key] { return now < end }
        fullUntil[key] = now + .seconds(settings.queueFullSeconds)
        return settings.queueFullSeconds > 0
    }

    // MARK: - Answering

    /// A receipt that overtakes the response is in the ESME's hands by then.
    private static let overtakingTime = Interval.milliseconds(20)

    private func answer(
        _ command: CommandID, _ verdict: Verdict, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp,
        failures: [SubmitMultiResponse.Failure] = []
    ) {
        guard verdict.isAnswered else { return }
        var delay = Interval.zero
        if settings.latency > 0 { delay = .seconds(draws.value(in: settings.latencyRange)) }
        if verdict.isOvertaken { delay = max(delay, Self.overtakingTime) }
        if delay > .zero {
            var bytes: [UInt8] = []
            write(command, verdict, sequence, failures, to: &bytes)
            schedule(.response(connection: session.number, bytes: bytes), at: now + delay)
        } else if session.isListening {
            write(command, verdict, sequence, failures, to: &session.output)
            touch(session)
        }
    }

    private func write(
        _ command: CommandID, _ verdict: Verdict, _ sequence: UInt32, _ failures: [SubmitMultiResponse.Failure],
        to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        bytes.appendHeader(command.response, verdict.status, sequence, bodyLength: 0)
        // No body with an error (section 4.4.2).
        guard verdict.status == .ok, let number = verdict.number else { return }
        if command == .submitMulti {
            let response = SubmitMultiResponse(messageID: identifiers.response(number), failures: failures)
            bytes.removeLast(PDUHeader.length)
            bytes += PDU(.submitMultiResponse(response), sequence: sequence).encoded()
            return
        }
        identifiers.append(number, to: &bytes)
        bytes.append(0)
        // The longest id has 36 octets.
        bytes[start + 3] = UInt8(bytes.count - start)
    }

    // MARK: - The log

    private func logSubmit(
        _ submission: Submission, _ verdict: Verdict, isAnswered: Bool, _ session: SMSCSession, _ now: Timestamp
    ) {
        guard logsSubmits, let place = session.account else { return }
        let line = SMSCLogLine(
            time: now, systemID: accounts[place].systemID, connection: session.number, submission: submission,
            messageID: verdict.number.map(identifiers.response), status: verdict.status, isAnswered: isAnswered)
        line.append(to: &log)
    }
}
