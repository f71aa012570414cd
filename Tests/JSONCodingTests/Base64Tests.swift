import JSONCoding
import Testing

@Suite struct Base64Tests {
    /// RFC 4648, 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func vectors(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        for padding in [Base64.Padding.required, .optional, .ignored] {
            #expect(Base64.decode(encoded, padding: padding) == Array(text.utf8))
        }
    }

    @Test func whatPaddingMayBe() {
        #expect(Base64.decode("Zg") == nil && Base64.decode("Zg=") == nil && Base64.decode("Zg===") == nil)
        #expect(Base64.decode("Zg", padding: .optional) == [0x66])
        #expect(Base64.decode("Zg=", padding: .optional) == nil && Base64.decode("Zm9v====", padding: .optional) == nil)
        #expect(Base64.decode("Zg=", padding: .ignored) == [0x66] && Base64.decode("Zg======", padding: .ignored) == [0x66])
        // Less than a byte, whatever follows.
        for padding in [Base64.Padding.required, .optional, .ignored] { #expect(Base64.decode("Zm9vY===", padding: padding) == nil) }
    }

    @Test func whatIsNoSymbol() {
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Base64.decode("-_8=") == nil)
        #expect(Base64.decode("-_8=", acceptsURLAlphabet: true) == [0xFB, 0xFF])
        #expect(Base64.decode("+_8=", acceptsURLAlphabet: true) == [0xFB, 0xFF])
        for text in ["Zm 9", "Zm9\n", "Z=9v", "Zm9\u{E9}"] { #expect(Base64.decode(text, padding: .ignored) == nil) }
    }
}
