import Metrics
import Testing

@Suite struct MetricTextTests {
    private func text(_ families: [MetricFamily], _ format: MetricText = .prometheus) -> String {
        String(decoding: format.encode(families), as: UTF8.self)
    }

    @Test func countersInBothFormats() {
        let counter = Counter("swiftlet_things_total", "Things, \"quoted\"\nand broken.", labels: ["name"])
        counter.increment(["a\"b\\c\n"])
        counter.increment(["a\"b\\c\n"], by: 2.5)
        var registry = MetricRegistry()
        registry.add(counter)
        #expect(text(registry.collect()) == """
            # HELP swiftlet_things_total Things, "quoted"\\nand broken.
            # TYPE swiftlet_things_total counter
            swiftlet_things_total{name="a\\"b\\\\c\\n"} 3.5

            """)
        #expect(text(registry.collect(), .openMetrics) == """
            # HELP swiftlet_things Things, \\"quoted\\"\\nand broken.
            # TYPE swiftlet_things counter
            swiftlet_things_total{name="a\\"b\\\\c\\n"} 3.5
            # EOF

            """)
    }

    @Test func histogramsAreCumulative() {
        let histogram = Histogram("swiftlet_wait_seconds", "Waits.", bounds: [0.1, 1])
        histogram.observe(.milliseconds(50))
        histogram.observe(.milliseconds(100))
        histogram.observe(0.5)
        histogram.observe(.seconds(7))
        var registry = MetricRegistry()
        registry.add(histogram)
        let lines = text(registry.collect()).split(separator: "\n").dropFirst(2)
        #expect(lines == [
            #"swiftlet_wait_seconds_bucket{le="0.1"} 2"#, #"swiftlet_wait_seconds_bucket{le="1"} 3"#,
            #"swiftlet_wait_seconds_bucket{le="+Inf"} 4"#, "swiftlet_wait_seconds_sum 7.65", "swiftlet_wait_seconds_count 4",
        ])
    }

    @Test func hostileLabelsDoNotGrowAFamily() {
        let counter = Counter("swiftlet_calls_total", "Calls.", labels: ["method", "code"], seriesLimit: 3)
        for number in 0..<100 { counter.increment(["\(number)", "ok"]) }
        counter.increment(["1", "ok"])
        var registry = MetricRegistry()
        registry.add(counter)
        let samples = registry.collect()[0].samples
        #expect(samples.count == 4)
        #expect(samples.map(\.value).reduce(0, +) == 101)
        #expect(samples.last?.labels.map(\.value) == ["other", "other"])
        #expect(samples.last?.value == 97)
    }

    @Test func whatIsGoneIsForgotten() {
        let counter = Counter("swiftlet_probes_total", "Probes.", labels: ["pod"])
        counter.increment(["a"])
        counter.increment(["b"])
        counter.remove { $0[0] == "a" }
        var registry = MetricRegistry()
        registry.add(counter)
        #expect(registry.collect()[0].samples.map { $0.labels[0].value } == ["b"])
    }

    @Test func aNameThatDoesNotEndInTotalIsNoCounterToCheckers() {
        let counter = Counter("kubelet_evictions", "Evictions.")
        var registry = MetricRegistry()
        registry.add(counter)
        #expect(text(registry.collect()).contains("# TYPE kubelet_evictions untyped\nkubelet_evictions 0\n"))
        #expect(text(registry.collect(), .openMetrics).contains("# TYPE kubelet_evictions unknown\n"))
    }

    @Test func whatIsAskedFor() {
        #expect(MetricText(accept: nil) == .prometheus)
        #expect(MetricText(accept: "text/plain;version=0.0.4") == .prometheus)
        #expect(MetricText(accept: "application/openmetrics-text;version=1.0.0,text/plain") == .openMetrics)
    }

    @Test func numbers() {
        var family = MetricFamily("swiftlet_numbers", .gauge, "Numbers.")
        for value in [1e15, 0.1, .infinity, -.infinity, .nan, 1e20, -3] { family.add(value) }
        let lines = text([family]).split(separator: "\n").dropFirst(2).map { String($0.split(separator: " ")[1]) }
        #expect(lines == ["1000000000000000", "0.1", "+Inf", "-Inf", "NaN", "1e+20", "-3"])
        #expect(text([MetricFamily("swiftlet_nothing", .gauge, "Nothing.")]).isEmpty)
    }
}
