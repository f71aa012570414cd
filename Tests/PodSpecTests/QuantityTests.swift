import JSONCoding
import PodSpec
import Testing

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("0", 0, 0), ("1", 1, 1000), ("100m", 1, 100), ("1500m", 2, 1500), ("0.5", 1, 500), (".5", 1, 500),
            ("1.", 1, 1000), ("+2", 2, 2000), ("-1", -1, -1000), ("-0.5", 0, -500), ("1k", 1000, 1_000_000),
            ("1Ki", 1024, 1_024_000), ("1.5Gi", 1_610_612_736, 1_610_612_736_000), ("64Mi", 67_108_864, 67_108_864_000),
            ("1M", 1_000_000, 1_000_000_000), ("12e3", 12000, 12_000_000), ("1E3", 1000, 1_000_000),
            ("1e-1", 1, 100), ("1n", 1, 1), ("1u", 1, 1), ("0.1Ki", 103, 102_400),
            ("5E", 5_000_000_000_000_000_000, .max),
            ("1P", 1_000_000_000_000_000, 1_000_000_000_000_000_000), ("7Ei", 8_070_450_532_247_928_832, .max),
            ("9223372036854775807", .max, .max), ("0.0000000001", 1, 1), ("0.00000000000000000000001", 1, 1),
            ("1e-50", 1, 1), ("0e-100", 0, 0), ("0Ei", 0, 0), ("1.00000000000000000000000000000", 1, 1000),
        ] as [(String, Int64, Int64)]
    )
    func values(text: String, units: Int64, milli: Int64) throws {
        let quantity = try #require(Quantity(text), "\(text)")
        #expect(quantity.units == units)
        #expect(quantity.milli == milli)
        #expect(quantity.description == text)
    }

    @Test(
        arguments: [
            "", " 1", "1 ", "1 Gi", "Gi", ".", "-", "+-1", "1GiB", "1gi", "1K", "1mi", "1e", "1e1.5", "1e+", "0x10",
            "1_000",
            "1,5", "8Ei", "9223372036854775808", "1e30", "٣", "1e999999999999999999999", "inf", "NaN", "1ee1", "1\u{0}",
        ]
    )
    func refused(text: String) {
        #expect(Quantity(text) == nil, "\(text)")
    }

    @Test func comparisonIsByAmount() throws {
        #expect(Quantity("1Gi") == Quantity("1073741824"))
        #expect(try #require(Quantity("999m")) < #require(Quantity("1")))
        #expect(Set([Quantity("1"), Quantity("1000m"), Quantity("1.0")]).count == 1)
    }

    @Test func coding() throws {
        let map = try JSON.decode([String: Quantity].self, from: #"{"a": 2, "b": 0.25, "c": "1Mi"}"#.utf8)
        #expect(map["b"]?.milli == 250)
        #expect(String(decoding: try JSON.encode(map), as: UTF8.self) == #"{"a":"2","b":"0.25","c":"1Mi"}"#)
        #expect(throws: JSONTypeError.self) { try JSON.decode([Quantity].self, from: "[true]".utf8) }
        #expect(throws: JSONTypeError.self) { try JSON.decode([Quantity].self, from: "[\"1GiB\"]".utf8) }
    }
}
