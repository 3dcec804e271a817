// SPDX-License-Identifier: GPL-3.0-or-later

extension ReceiptMatcher {
    /// The outstanding messages, as arrays by slot. Ids are kept as 64-bit keys: they are compared, never shown.
    struct Slots: Sendable {
        private(set) var handles = SlotIndex()
        /// By the id without case and zeros in front.
        private(set) var identifiers = SlotIndex()
        /// By the last nine digits; only messages without an outcome.
        private(set) var numbers = SlotIndex()
        private(set) var references = SlotIndex()
        /// Key of the id octet for octet.
        private(set) var exact: [UInt64] = []
        private(set) var submittedAt: [Int64] = []
        private var number: [UInt64] = []
        private var length: [UInt8] = []
        private var flags: [UInt8] = []
        private var vacant: [UInt32] = []

        private static let hasIdentifier: UInt8 = 0x10
        private static let hasNumber: UInt8 = 0x20
        private static let hasReference: UInt8 = 0x40
        /// In the index of numbers.
        private static let isOpenNumber: UInt8 = 0x80
        /// The low four bits: the state plus one.
        private static let stateMask: UInt8 = 0x0F

        var footprint: Int {
            handles.footprint + identifiers.footprint + numbers.footprint + references.footprint
                + exact.capacity * 8 + submittedAt.capacity * 8 + number.capacity * 8 + length.capacity
                + flags.capacity + vacant.capacity * 4
        }

        mutating func reserve(_ count: Int) {
            handles.reserve(count)
            identifiers.reserve(count)
            numbers.reserve(count)
            exact.reserveCapacity(count)
            submittedAt.reserveCapacity(count)
            number.reserveCapacity(count)
            length.reserveCapacity(count)
            flags.reserveCapacity(count)
        }

        mutating func add(_ handle: UInt64, submittedAt time: Int64) -> UInt32 {
            let slot: UInt32
            if let free = vacant.popLast() {
                slot = free
                submittedAt[Int(slot)] = time
                flags[Int(slot)] = 0
            } else {
                slot = UInt32(exact.count)
                exact.append(0)
                submittedAt.append(time)
                number.append(0)
                length.append(0)
                flags.append(0)
            }
            handles.insert(slot, key: handle)
            return slot
        }

        mutating func setIdentifier(_ octets: [UInt8], key: UInt64, of slot: UInt32) {
            identifiers.insert(slot, key: key)
            exact[Int(slot)] = SlotIndex.key(octets)
            length[Int(slot)] = UInt8(min(octets.count, 255))
            flags[Int(slot)] |= Self.hasIdentifier
        }

        mutating func setNumber(_ value: ReceiptNumber, of slot: UInt32, isIndexed: Bool) {
            number[Int(slot)] = value.value
            flags[Int(slot)] |= Self.hasNumber
            guard isIndexed else { return }
            numbers.insert(slot, key: value.lastNine)
            flags[Int(slot)] |= Self.isOpenNumber
        }

        mutating func setReference(_ reference: UInt16, of slot: UInt32) {
            references.insert(slot, key: UInt64(reference))
            flags[Int(slot)] |= Self.hasReference
        }

        mutating func setState(_ state: MessageState, of slot: UInt32) {
            let index = Int(slot)
            flags[index] = flags[index] & ~Self.stateMask | (state.rawValue + 1)
            guard state.isConclusive else { return }
            // Messages with an outcome step back, so that the oldest open one is always the first.
            if flags[index] & Self.isOpenNumber != 0 {
                numbers.remove(slot)
                flags[index] &= ~Self.isOpenNumber
            }
            if flags[index] & Self.hasIdentifier != 0 { identifiers.moveToBack(slot) }
            if flags[index] & Self.hasReference != 0 { references.moveToBack(slot) }
        }

        mutating func remove(_ slot: UInt32) {
            let flag = flags[Int(slot)]
            handles.remove(slot)
            if flag & Self.hasIdentifier != 0 { identifiers.remove(slot) }
            if flag & Self.isOpenNumber != 0 { numbers.remove(slot) }
            if flag & Self.hasReference != 0 { references.remove(slot) }
            flags[Int(slot)] = 0
            vacant.append(slot)
        }

        func handle(of slot: UInt32) -> UInt64 { handles.key(of: slot) }

        func state(of slot: UInt32) -> MessageState? {
            let value = flags[Int(slot)] & Self.stateMask
            return value == 0 ? nil : MessageState(rawValue: value - 1)
        }

        func isFinal(_ slot: UInt32) -> Bool { state(of: slot)?.isConclusive ?? false }

        func hasIdentifier(_ slot: UInt32) -> Bool { flags[Int(slot)] & Self.hasIdentifier != 0 }

        func number(of slot: UInt32) -> ReceiptNumber? {
            flags[Int(slot)] & Self.hasNumber == 0 ? nil : ReceiptNumber(value: number[Int(slot)])
        }

        /// The closest form that keeps the base, for a message found by the key without case and zeros.
        func closest(_ slot: UInt32, exact key: UInt64, length count: Int) -> MessageIdentifierForm {
            if exact[Int(slot)] == key { return .verbatim }
            return Int(length[Int(slot)]) == min(count, 255) ? .caseFolded : .zerosTrimmed
        }

        /// The first slots of a key, so many at most: a key that very many share decides nothing anyway.
        func few(_ index: KeyPath<Slots, SlotIndex>, _ key: UInt64) -> [UInt32] {
            let index = self[keyPath: index]
            guard var slot = index.first(key) else { return [] }
            var result = [slot]
            while result.count < Self.reach, let next = index.following(slot) {
                result.append(next)
                slot = next
            }
            return result
        }

        /// How many slots of one key are looked at.
        static let reach = 32
    }
}
