// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("User data header")
struct UserDataHeaderTests {
    @Test("Concatenation with references of 8 and 16 bits") func references() {
        let short = UserDataHeader([5, 0x00, 3, 0x2A, 3, 2] + Array("deel".utf8))
        #expect(short?.concatenation == Concatenation(scheme: .reference8, reference: 0x2A, total: 3, sequence: 2))
        #expect(short?.length == 6 && short?.isDamaged == false)
        let long = UserDataHeader([6, 0x08, 4, 0x12, 0x34, 2, 1, 0x41])
        #expect(long?.concatenation == Concatenation(scheme: .reference16, reference: 0x1234, total: 2, sequence: 1))
        #expect(long?.length == 7)
    }

    @Test("The three SAR parameters, all of them") func sar() {
        let whole = Concatenation(sarReference: 0x0102, total: 3, sequence: 1)
        #expect(whole == Concatenation(scheme: .sar, reference: 0x0102, total: 3, sequence: 1))
        #expect(Concatenation(sarReference: nil, total: 3, sequence: 1) == nil)
        #expect(Concatenation(sarReference: 1, total: nil, sequence: 1) == nil)
        #expect(Concatenation(sarReference: 1, total: 3, sequence: nil) == nil)
    }

    @Test("Values that 23.040 says to ignore", arguments: [(0, 0), (0, 1), (3, 0), (3, 4), (1, 255)])
    func ignored(total: UInt8, sequence: UInt8) {
        #expect(Concatenation(scheme: .reference8, reference: 1, total: total, sequence: sequence) == nil)
        #expect(UserDataHeader([5, 0x00, 3, 1, total, sequence])?.concatenation == nil)
    }

    @Test("Several elements: the last valid concatenation counts, ports besides it") func elements() {
        let header = UserDataHeader(
            [22, 0x05, 4, 0x0B, 0x84, 0x23, 0xF0, 0x00, 3, 1, 2, 1, 0x00, 3, 2, 2, 2, 0x00, 3, 9, 0, 0, 0x24, 1])
        #expect(header?.concatenation?.reference == 2)
        #expect(header?.ports?.destination == 2948 && header?.ports?.source == 9200)
        #expect(header?.isDamaged == true)
        #expect(header?.elements.map(\.identifier) == [0x05, 0x00, 0x00, 0x00])
        #expect(UserDataHeader([4, 0x04, 2, 7, 8])?.ports?.source == 8)
    }

    @Test("Cut off anywhere: nothing is read that is not there") func damaged() {
        let whole: [UInt8] = [11, 0x08, 4, 0x12, 0x34, 2, 1, 0x00, 3, 1, 2, 1]
        #expect(UserDataHeader([]) == nil)
        for length in 1..<whole.count {
            let header = UserDataHeader(Array(whole[..<length]))
            #expect(header?.isDamaged == true)
            #expect(header?.length == length)
            #expect(header?.concatenation?.scheme == (length >= 7 ? .reference16 : nil))
        }
        #expect(UserDataHeader(whole)?.concatenation?.scheme == .reference8)
        #expect(UserDataHeader([0, 0x41])?.length == 1)
        #expect(UserDataHeader([2, 0x00, 200])?.isDamaged == true)
    }
}
