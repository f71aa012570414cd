import Monitor
import Testing

struct JournalFieldsTests {
    @Test func aValueWithoutANewlineIsALine() {
        var fields = JournalFields()
        fields.add("MESSAGE", "hello = world")
        fields.add("EMPTY", "")
        fields.add("BYTES", [0x00, 0xFF, 0x3D] as [UInt8])
        let golden: [UInt8] = [
            0x4D, 0x45, 0x53, 0x53, 0x41, 0x47, 0x45, 0x3D,  // MESSAGE=
            0x68, 0x65, 0x6C, 0x6C, 0x6F, 0x20, 0x3D, 0x20, 0x77, 0x6F, 0x72, 0x6C, 0x64, 0x0A,  // hello = world
            0x45, 0x4D, 0x50, 0x54, 0x59, 0x3D, 0x0A,  // EMPTY=
            0x42, 0x59, 0x54, 0x45, 0x53, 0x3D, 0x00, 0xFF, 0x3D, 0x0A,  // BYTES=
        ]
        #expect(fields.bytes == golden)
    }

    @Test func aValueWithANewlineHasItsLengthInFront() {
        var fields = JournalFields()
        fields.add("A", "x\ny")
        fields.add("B", [UInt8](repeating: 0x0A, count: 258))
        let golden: [UInt8] = [
            0x41, 0x0A,  // A
            0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // 3 bytes
            0x78, 0x0A, 0x79, 0x0A,  // x, newline, y
            0x42, 0x0A,  // B
            0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // 258 bytes
        ]
        #expect(fields.bytes == golden + [UInt8](repeating: 0x0A, count: 259))
    }

    @Test(arguments: ["MESSAGE", "A", "A_1", "POD_NAME", String(repeating: "A", count: 64)])
    func namesThatJournaldTakes(_ name: String) {
        #expect(JournalFields.isName(name))
    }

    @Test(arguments: ["", "_PID", "1A", "a", "A-B", "A B", "Ä", "A=", "A\n", String(repeating: "A", count: 65)])
    func namesThatItDrops(_ name: String) {
        #expect(!JournalFields.isName(name))
    }
}
