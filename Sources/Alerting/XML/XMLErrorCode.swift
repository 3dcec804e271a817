// SPDX-License-Identifier: GPL-3.0-or-later

/// Foundation's parser tells the numbers of libxml2 (`xmlParserErrors` of libxml/xmlerror.h) and, on Linux, no words.
enum XMLErrorCode {
    /// 97 to 100: a namespace that is no absolute URI and the like; whose it is, is asked for anyway.
    static func isWarning(_ code: Int) -> Bool { (97...100).contains(code) }

    static func words(_ code: Int) -> String {
        switch code {
        case 4: "there is no XML element"
        case 5, 86: "the document is cut off, or goes on after its end"
        case 6...9: "a character reference such as &#233; is wrong, or stands for no character of XML"
        case 22, 23: "an & that begins no reference: write &amp;"
        case 26, 27, 28: "an entity that XML does not know: &lt; &gt; &amp; &quot; &apos; are known"
        case 33, 34, 39, 40: "the value of an attribute needs quotation marks"
        case 38: "a < in the value of an attribute: write &lt;"
        case 41: "an attribute has no value"
        case 42, 203: "an attribute stands twice"
        case 45, 80: "a comment does not end, or has -- in it"
        case 46, 47: "a processing instruction does not end"
        case 62: "]]> in a text: write ]]&gt;"
        case 63: "a CDATA section does not end"
        case 64: "an XML declaration that is not at the very beginning"
        case 65: "a blank is missing between attributes"
        case 68: "a name is missing after < or &: write &lt; and &amp; in a text"
        case 73, 74: "a tag does not end with >"
        case 75: "an attribute has no = after its name"
        case 76: "the end tag is not that of the element that is open"
        case 77: "an element does not end"
        case 201: "a prefix that stands for no namespace: xmlns:... is missing"
        case 202...205: "a name with a colon in the wrong place"
        default: "not well-formed XML (libxml2 error \(code))"
        }
    }
}
