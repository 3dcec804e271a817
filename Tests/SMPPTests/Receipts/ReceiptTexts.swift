// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

/// One receipt text and what is in it.
struct ReceiptText: Sendable, CustomStringConvertible {
    var source: String
    var text: String
    var ids: [String] = []
    var state: MessageState?
    var err: String?
    /// `YYYYMMDDhhmmss`, with `--` for no seconds.
    var submit: String?
    var done: String?
    var sub: Int?
    var dlvrd: Int?
    var snippet: String = ""

    var description: String { source }

    /// The forms are those of the sources named; numbers and words are changed where they could be somebody's.
    static let all: [ReceiptText] = [
        ReceiptText(
            source: "SMPP 3.4 Appendix B",
            text: "id:0123456789 sub:001 dlvrd:001 submit date:0809011130 done date:0809011131 stat:DELIVRD err:000 "
                + "text:testing",
            ids: ["0123456789"], state: .delivered, err: "000", submit: "200809011130--", done: "200809011131--",
            sub: 1, dlvrd: 1, snippet: "testing"),
        ReceiptText(
            source: "SMPP 3.4 Appendix B, the template itself (DeathHand/smpp report_test)",
            text: "id:IIIIIIIIII sub:SSS dlvrd:DDD submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DDDDDDD err:E "
                + "Text: . . . . . . . . .",
            ids: ["IIIIIIIIII"], err: "E", snippet: " . . . . . . . . ."),
        ReceiptText(
            source: "cardboardfish.com: the template with a line end inside a key",
            text: "id:77 sub:001 dlvrd:001 submit date:1601010100 done\ndate:1601010101 stat:DELIVRD err:0 Text:Hi",
            ids: ["77"], state: .delivered, err: "0", submit: "201601010100--", done: "201601010101--", sub: 1,
            dlvrd: 1, snippet: "Hi"),
        ReceiptText(
            source: "smppcenter.com: id beyond 64 bits, seconds",
            text: "id:64567564356765435676 sub:001 dlvrd:001 submit date:190608165232 done date:190608165237 "
                + "stat:DELIVRD err:000 text:Hello World",
            ids: ["64567564356765435676"], state: .delivered, err: "000", submit: "20190608165232",
            done: "20190608165237", sub: 1, dlvrd: 1, snippet: "Hello World"),
        ReceiptText(
            source: "Nexmo help: zeros in front",
            text: "id:0000000012345678 sub:001 dlvrd:001 submit date:1601010100 done date:1601010101 stat:DELIVRD "
                + "err:000 text:none",
            ids: ["0000000012345678"], state: .delivered, err: "000", submit: "201601010100--",
            done: "201601010101--", sub: 1, dlvrd: 1, snippet: "none"),
        ReceiptText(
            source: "Vonage: FAILED",
            text: "id:2a1f0f1d sub:001 dlvrd:000 submit date:2609051430 done date:2609051447 stat:FAILED err:051 "
                + "text:none",
            ids: ["2a1f0f1d"], state: .undeliverable, err: "051", submit: "202609051430--", done: "202609051447--",
            sub: 1, dlvrd: 0, snippet: "none"),
        ReceiptText(
            source: "Infobip: ENROUTE under an ordinary receipt, no text",
            text: "id:44191696 sub:001 dlvrd:000 submit date:2609051430 done date:2609051430 stat:ENROUTE err:000",
            ids: ["44191696"], state: .enroute, err: "000", submit: "202609051430--", done: "202609051430--", sub: 1,
            dlvrd: 0),
        ReceiptText(
            source: "node-smpp #199",
            text: "id:0000029095 sub:001 dlvrd:001 submit date:211125034959 done date:211125035001 stat:DELIVRD "
                + "err:000 text:",
            ids: ["0000029095"], state: .delivered, err: "000", submit: "20211125034959", done: "20211125035001",
            sub: 1, dlvrd: 1),
        ReceiptText(
            source: "node-smpp #77: USSD, dlvrd 28",
            text: "id:45013692 sub:0 dlvrd:28 submit date:1908121157 done date:1908121158 stat:UNDELIV err:21 "
                + "Text:*100#",
            ids: ["45013692"], state: .undeliverable, err: "21", submit: "201908121157--", done: "201908121158--",
            sub: 0, dlvrd: 28, snippet: "*100#"),
        ReceiptText(
            source: "node-smpp #140: no stat value, no dates",
            text: "message text:7 sub:001 dlvrd:0 submit date: done date: stat:ACCEPTD err:000",
            snippet: "7 sub:001 dlvrd:0 submit date: done date: stat:ACCEPTD err:000"),
        ReceiptText(
            source: "php-smpp #70: escape octet in the text, four digits of err",
            text: "id:117062714244798261 sub:001 dlvrd:001 submit date:1706271624 done date:1706271624 stat:DELIVRD "
                + "err:0000 text:H\u{1B}llo world",
            ids: ["117062714244798261"], state: .delivered, err: "0000", submit: "201706271624--",
            done: "201706271624--", sub: 1, dlvrd: 1, snippet: "H\u{1B}llo world"),
        ReceiptText(
            source: "php-smpp #29: blank behind the colon",
            text: "id:9 sub:1 dlvrd:001 submit date:1404171200 done date:1404171201 stat: DELIVRD err: 0 text:x",
            ids: ["9"], state: .delivered, err: "0", submit: "201404171200--", done: "201404171201--", sub: 1,
            dlvrd: 1, snippet: "x"),
        ReceiptText(
            source: "jsmpp #62: no sub, no dlvrd",
            text: "id:1526758174 submit date:1701240904 done date:1701240904 stat:DELIVRD err:000 text:hellow",
            ids: ["1526758174"], state: .delivered, err: "000", submit: "201701240904--", done: "201701240904--",
            snippet: "hellow"),
        ReceiptText(
            source: "uudashr/jsmpp #67: no sub, no dlvrd, no text",
            text: "id:0654354026 submit date:2302101454 done date:2302101454 stat:DELIVRD err:000",
            ids: ["0654354026"], state: .delivered, err: "000", submit: "202302101454--", done: "202302101454--"),
        ReceiptText(
            source: "jasmin test_operations: payload ending in NUL",
            text: "id:0000436949 submit date:1504211508 done date:1504211508 stat:DELIVRD err:000\0",
            ids: ["0000436949"], state: .delivered, err: "000", submit: "201504211508--", done: "201504211508--"),
        ReceiptText(
            source: "jasmin #760: UUID",
            text: "id:fa9542be-3c16-44bb-9a8c-d277ea1851ef submit date:1911211739 done date:1911211741 stat:DELIVRD "
                + "err:002",
            ids: ["fa9542be-3c16-44bb-9a8c-d277ea1851ef"], state: .delivered, err: "002", submit: "201911211739--",
            done: "201911211741--"),
        ReceiptText(
            source: "jasmin #447: FAILED, done date of zeros",
            text: "id:1216080510463401720 sub:001 dlvrd:001 submit date:1608051046 done date:0000000000 stat:FAILED "
                + "err:002 Text:",
            ids: ["1216080510463401720"], state: .undeliverable, err: "002", submit: "201608051046--", sub: 1,
            dlvrd: 1),
        ReceiptText(
            source: "jasmin #916: three groups of hexadecimal, ACCEPTD",
            text: "id:1101C1-C9D03D-F000 sub:000 dlvrd:000 submit date:2010290238 done date:2010290238 stat:ACCEPTD "
                + "err:000 text:",
            ids: ["1101C1-C9D03D-F000"], state: .accepted, err: "000", submit: "202010290238--",
            done: "202010290238--", sub: 0, dlvrd: 0),
        ReceiptText(
            source: "jasmin #418: SAR id",
            text: "id:SAR-2340000245475-1eedf843-2-1 sub:001 dlvrd:000 submit date:1604142325 done date:1604142325 "
                + "stat:UNDELIV err:001 text:",
            ids: ["SAR-2340000245475-1eedf843-2-1"], state: .undeliverable, err: "001", submit: "201604142325--",
            done: "201604142325--", sub: 1, dlvrd: 0),
        ReceiptText(
            source: "jasmin #514: err:nul",
            text: "id:1d6a811 sub:001 dlvrd:001 submit date:1612021157 done date:1612021157 stat:DELIVRD err:nul "
                + "text:Hi Hello",
            ids: ["1d6a811"], state: .delivered, err: "nul", submit: "201612021157--", done: "201612021157--",
            sub: 1, dlvrd: 1, snippet: "Hi Hello"),
        ReceiptText(
            source: "smppex #46: §7.1.1 times with their zone",
            text: "id:rdwjwxns18krxr9936ey96ymcw sub:000 dlvrd:000 submit date:180711070003912+ "
                + "done date:180711070000012+ stat:UNDELIV err:000",
            ids: ["rdwjwxns18krxr9936ey96ymcw"], state: .undeliverable, err: "000", submit: "20180711070003",
            done: "20180711070000", sub: 0, dlvrd: 0),
        ReceiptText(
            source: "smppex-based simulator: ISO dates with a blank, DELIVERED",
            text: "id:88 sub:001 dlvrd:001 submit date:2021-06-30 12:01:02 done date:2021-06-30 12:01:03 "
                + "stat:DELIVERED err:600 TEXT:",
            ids: ["88"], state: .delivered, err: "600", submit: "20210630120102", done: "20210630120103", sub: 1,
            dlvrd: 1),
        ReceiptText(
            source: "ksmppd #63: twenty-eight digits",
            text: "id:171026125222636445993424531920 sub:001\ndlvrd:001 submit date:171026130350 "
                + "done date:171026130355 stat:DELIVRD\nerr:000 text:",
            ids: ["171026125222636445993424531920"], state: .delivered, err: "000", submit: "20171026130350",
            done: "20171026130355", sub: 1, dlvrd: 1),
        ReceiptText(
            source: "OpenMarket v4: submitdate and donedate in one word, zeros, REJECTD",
            text: "id:0118Z-0122I-2309U-57DGB sub:000 dlvrd:000 submitdate:180122230957 donedate:000000000000 "
                + "stat:REJECTD err:375 text:",
            ids: ["0118Z-0122I-2309U-57DGB"], state: .rejected, err: "375", submit: "20180122230957", sub: 0,
            dlvrd: 0),
        ReceiptText(
            source: "GoIP: Text with capital",
            text: "id:4791967 sub:0 dlvrd:1 submit date:2302281329 done date:2302281329 stat:ENROUTE err:0 "
                + "Text:Hello World from out",
            ids: ["4791967"], state: .enroute, err: "0", submit: "202302281329--", done: "202302281329--", sub: 0,
            dlvrd: 1, snippet: "Hello World from out"),
        ReceiptText(
            source: "Kannel: REJECTD, err in hexadecimal, seconds in one date only",
            text: "id:577e505a-dbd7-46ab-a04c-5a927ffb85b1 sub:001 dlvrd:000 submit date:2408201338 "
                + "done date:240820093823 stat:REJECTD err:00B text:You",
            ids: ["577e505a-dbd7-46ab-a04c-5a927ffb85b1"], state: .rejected, err: "00B", submit: "202408201338--",
            done: "20240820093823", sub: 1, dlvrd: 0, snippet: "You"),
        ReceiptText(
            source: "Kannel-fed billing (VipNet): fields behind err, some empty",
            text: "id:40072910491419819 sub:001 dlvrd:001 submit date:1007291049 done date:1007291049 stat:UNDELIV "
                + "err:001 IMSI: MSC: ORN:VipNet MCCMNC:",
            ids: ["40072910491419819"], state: .undeliverable, err: "001", submit: "201007291049--",
            done: "201007291049--", sub: 1, dlvrd: 1),
        ReceiptText(
            source: "Logica-style SmscDeliveryReceipt: MD5 id, dlvrd:0",
            text: "id:bd778cd76ae9e79da2ddc8188c68f8c1 sub:001 dlvrd:0 submit date:0610191533 done date:0610191539 "
                + "stat:UNDELIV err:1 text:This is an Acti",
            ids: ["bd778cd76ae9e79da2ddc8188c68f8c1"], state: .undeliverable, err: "1", submit: "200610191533--",
            done: "200610191539--", sub: 1, dlvrd: 0, snippet: "This is an Acti"),
        ReceiptText(
            source: "smsj PropertiesTest: two ids, stat before the second, Delivered",
            text: "ID:149994-11658328384691 STAT:Delivered id:28d2e34e sub:001 dlvrd:001 submit date:0612111127 "
                + "done date:0612111147 err:000 text:12345678901234567890",
            ids: ["149994-11658328384691", "28d2e34e"], state: .delivered, err: "000", submit: "200612111127--",
            done: "200612111147--", sub: 1, dlvrd: 1, snippet: "12345678901234567890"),
        ReceiptText(
            source: "Zain via a gateway: XMS= in front, short",
            text: "XMS=id:86 submit date:1410160730 done date:1410160730 stat:DELIVRD",
            ids: ["86"], state: .delivered, submit: "201410160730--", done: "201410160730--"),
        ReceiptText(
            source: "gsm gateway parser test: Dlvrd with capital",
            text: "id:1235 sub:001 Dlvrd:1 submit date:2107081716 done date:2210131801 stat:DELIVRD err:0 text:aha",
            ids: ["1235"], state: .delivered, err: "0", submit: "202107081716--", done: "202210131801--", sub: 1,
            dlvrd: 1, snippet: "aha"),
        ReceiptText(
            source: "dlr parser collection: all keys with capitals",
            text: "ID:0D9A2F Sub:001 Dlvrd:001 Submit Date:2607181200 Done Date:2607181201 Stat:DELIVERED Err:00A "
                + "Text:OK",
            ids: ["0D9A2F"], state: .delivered, err: "00A", submit: "202607181200--", done: "202607181201--",
            sub: 1, dlvrd: 1, snippet: "OK"),
        ReceiptText(
            source: "dlr parser collection: stat before id",
            text: "stat:EXPIRED err:255 id:0000AB12 done date:2607190900",
            ids: ["0000AB12"], state: .expired, err: "255", done: "202607190900--"),
        ReceiptText(
            source: "Indian aggregator: upper-case hexadecimal, EXPIRED",
            text: "id:DA86D4610CE0C0D23B0165A278EC0C43 sub:001 dlvrd:000 submit date:260608095640 "
                + "done date:260608155641 stat:EXPIRED err:001 text:Received Rs.1.00 f",
            ids: ["DA86D4610CE0C0D23B0165A278EC0C43"], state: .expired, err: "001", submit: "20260608095640",
            done: "20260608155641", sub: 1, dlvrd: 0, snippet: "Received Rs.1.00 f"),
        ReceiptText(
            source: "German carrier, three lines",
            text: "id:12469 sub:001 dlvrd:001\nsubmit date:2605090348 done date:2605090348\nstat:DELIVRD err:0\n"
                + "text:Code: 1",
            ids: ["12469"], state: .delivered, err: "0", submit: "202605090348--", done: "202605090348--", sub: 1,
            dlvrd: 1, snippet: "Code: 1"),
        ReceiptText(
            source: "RestComm smscgateway: ENROUTE with err",
            text: "id:1010d937-8f43-4754-9dd8-6e987cda32fa sub:001 dlvrd:000 submit date:1609051327 "
                + "done date:1609051337 stat:ENROUTE err:054 text:xxssxx",
            ids: ["1010d937-8f43-4754-9dd8-6e987cda32fa"], state: .enroute, err: "054", submit: "201609051327--",
            done: "201609051337--", sub: 1, dlvrd: 0, snippet: "xxssxx"),
        ReceiptText(
            source: "GMMS gateway: no id at all",
            text: "sub:001 dlvrd:001 submit date:2407190905 done date:2407191705 stat:UNDELIV err:000 "
                + "text:dlink/veri",
            state: .undeliverable, err: "000", submit: "202407190905--", done: "202407191705--", sub: 1, dlvrd: 1,
            snippet: "dlink/veri"),
        ReceiptText(
            source: "smsc worker test: empty id",
            text: "id: sub:001 dlvrd:000 submit date:2401010000 done date:2401010001 stat:UNDELIV err:001 "
                + "text:failed",
            state: .undeliverable, err: "001", submit: "202401010000--", done: "202401010001--", sub: 1, dlvrd: 0,
            snippet: "failed"),
        ReceiptText(
            source: "vumi test_smpp: dots for the counts",
            text: "id:foo sub:... dlvrd:... submit date:200101010030 done date:200101020030 stat:FAILED err:042 "
                + "text:Meep",
            ids: ["foo"], state: .undeliverable, err: "042", submit: "20200101010030", done: "20200101020030",
            snippet: "Meep"),
        ReceiptText(
            source: "SMPPSim-based client log: GSM NULs (@) behind the text",
            text: "id:0669703056 sub:001 dlvrd:001 submit date:1405061655 done date:1405061705 stat:EXPIRED err:254 "
                + "text:foshfosh\0\0\0\0",
            ids: ["0669703056"], state: .expired, err: "254", submit: "201405061655--", done: "201405061705--",
            sub: 1, dlvrd: 1, snippet: "foshfosh"),
        ReceiptText(
            source: "SMS gateway in .NET: err of four digits",
            text: "id:20240101-1 sub:001 dlvrd:000 submit date:240101120000 done date:240101120001 stat:REJECTD "
                + "err:5308 text:",
            ids: ["20240101-1"], state: .rejected, err: "5308", submit: "20240101120000", done: "20240101120001",
            sub: 1, dlvrd: 0),
        ReceiptText(
            source: "brief: underscores, commas, quotes, numeric state",
            text: " id:\"0A/17-b\",sub:001,dlvrd:001,submit_date:20240131235959,done_date:2024-02-29T00:00:00Z,"
                + "stat:2,err:01A ",
            ids: ["0A/17-b"], state: .delivered, err: "01A", submit: "20240131235959", done: "20240229000000",
            sub: 1, dlvrd: 1),
        ReceiptText(
            source: "brief: id of zeros, BLOCKED, double blanks",
            text: "  id:0000000000  sub:001  dlvrd:000  submit date:2402300000  done date:2402291260  stat:BLOCKED  ",
            ids: ["0000000000"], state: .rejected, sub: 1, dlvrd: 0),
        ReceiptText(
            source: "brief: text with a receipt in it",
            text: "id:1 stat:UNDELIV err:9 text:id:2 stat:DELIVRD err:0 submit date:2401010000",
            ids: ["1"], state: .undeliverable, err: "9", snippet: "id:2 stat:DELIVRD err:0 submit date:2401010000"),
        ReceiptText(
            source: "brief: text first of all",
            text: "text:Hallo daar id:77 stat:DELIVRD err:000",
            ids: ["77"], state: .delivered, err: "000", snippet: "Hallo daar"),
        ReceiptText(
            source: "brief: cut off in a date",
            text: "id:1661543146 sub:001 dlvrd:001 submit date:1101261110 done date:11012",
            ids: ["1661543146"], submit: "201101261110--", sub: 1, dlvrd: 1),
        ReceiptText(source: "brief: cut off in a key", text: "id:1661543146 sub:001 dlv", ids: ["1661543146"], sub: 1),
        ReceiptText(
            source: "brief: GSM underscore (0x11), SKIPPED",
            text: "id:5a submit\u{11}date:2401010000 stat:SKIPPED", ids: ["5a"], state: .skipped,
            submit: "202401010000--"),
        ReceiptText(source: "brief: nothing", text: ""),
        ReceiptText(source: "brief: Id= and equals signs", text: "Id=abc;Stat=UNKNOWN", ids: ["abc"], state: .unknown),
    ]
}
