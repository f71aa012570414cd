import AgentClient
import JSONCoding
import Testing

@Suite struct JSONPathTests {
    private static let node: JSONNode = [
        "kind": "List", "n": 3, "f": 1.5, "yes": true,
        "items": [
            [
                "metadata": ["name": "a", "labels": ["app.kubernetes.io/name": "web", "tier": "front"]],
                "spec": ["containers": [["name": "x", "image": "i:1"], ["name": "y", "image": "i:2"]], "weight": 10],
                "status": ["phase": "Running"],
            ],
            [
                "metadata": ["name": "b"], "spec": ["containers": [["name": "z", "image": "i:3"]], "weight": 5],
                "status": ["phase": "Pending", "ready": false],
            ],
            ["metadata": ["name": "c"], "spec": ["weight": 7], "status": [:]],
        ],
    ]

    @Test(arguments: [
        // Fields.
        ("{.kind}", "List"), ("{$.kind}", "List"), ("{@.kind}", "List"), ("{.n} {.f} {.yes}", "3 1.5 true"),
        ("{['kind']}", "List"), (#"{["kind"]}"#, "List"),
        (#"{.items[0].metadata.labels.app\.kubernetes\.io/name}"#, "web"),
        ("{.items[0].metadata.labels['app.kubernetes.io/name']}", "web"),
        // Text, literals and escapes.
        ("plain", "plain"), ("<{.kind}>", "<List>"), (#"{"a\tb\n"}"#, "a\tb\n"), (#"{.kind}{"\n"}"#, "List\n"),
        ("{'quoted'}", "quoted"), (#"{"say \"x\""}"#, #"say "x""#),
        // Elements and slices.
        ("{.items[1].metadata.name}", "b"), ("{.items[-1].metadata.name}", "c"), ("{.items[0:2].metadata.name}", "a b"),
        ("{.items[1:].metadata.name}", "b c"), ("{.items[:-1].metadata.name}", "a b"),
        ("{.items[::2].metadata.name}", "a c"), ("{.items[0,2].metadata.name}", "a c"),
        ("{.items[*].metadata.name}", "a b c"), ("{.items[0].metadata['name','labels']}", #"a {"app.kubernetes.io/name":"web","tier":"front"}"#),
        ("{.items[0].metadata.labels.*}", "web front"),
        // Descent.
        ("{..image}", "i:1 i:2 i:3"), ("{.items[0]..name}", "a x y"), ("{..containers[0].name}", "x z"),
        // Whole values.
        ("{.items[0].status}", #"{"phase":"Running"}"#), ("{.items[1].spec.containers}", #"[{"name":"z","image":"i:3"}]"#),
        // What is not there is nothing.
        ("{.nothing}", ""), ("{.items[9].metadata.name}", ""), ("{.kind.deeper}", ""), ("[{.nothing.at.all}]", "[]"),
        // Filters.
        (#"{.items[?(@.status.phase=="Running")].metadata.name}"#, "a"),
        (#"{.items[?(@.status.phase!='Running')].metadata.name}"#, "b c"),
        ("{.items[?(@.spec.weight>5)].metadata.name}", "a c"), ("{.items[?(@.spec.weight>=5)].metadata.name}", "a b c"),
        ("{.items[?(@.spec.weight<7)].metadata.name}", "b"), ("{.items[?(@.spec.weight<=7)].metadata.name}", "b c"),
        ("{.items[?(@.metadata.labels)].metadata.name}", "a"), ("{.items[?(@.status.ready==false)].metadata.name}", "b"),
        (#"{.items[?(@.spec.weight>5 && @.status.phase=="Running")].metadata.name}"#, "a"),
        (#"{.items[?(@.spec.weight==5 || @.spec.weight==7)].metadata.name}"#, "b c"),
        (#"{.items[?((@.spec.weight==5||@.spec.weight==7)&&@.status.phase)].metadata.name}"#, "b"),
        (#"{.items[?(@..image=="i:2")].metadata.name}"#, "a"), (#"{.items[?( @.metadata.name == "b" )].spec.weight}"#, "5"),
        // Ranges.
        (#"{range .items[*]}{.metadata.name}={.spec.weight}{"\n"}{end}"#, "a=10\nb=5\nc=7\n"),
        (#"{range .items}{.metadata.name},{end}"#, "a,b,c,"),
        (#"{range .items[*]}{.metadata.name}:{range .spec.containers[*]} {.name}{end};{end}"#, "a: x y;b: z;c:;"),
        ("{range .nothing[*]}x{end}", ""), ("{range .items[*]}{$.kind}{end}", "ListListList"),
    ])
    func aTemplateFinds(template: String, expected: String) throws {
        #expect(try JSONPath(template).text(for: Self.node) == expected, "\(template)")
    }

    @Test(arguments: [
        ("{.items[0", "jsonpath: column 10: expected \"]\", found the end"),
        ("{.items[x]}", "jsonpath: column 9: expected a number, a name in quotes, \"*\" or \"?(\", found \"x\""),
        ("{.items", "jsonpath: column 8: expected \"}\", found the end"),
        ("{..}", "jsonpath: column 4: expected a field's name, found \"}\""),
        ("{range .items[*]}x", "jsonpath: column 2: \"range\" without its \"{end}\""),
        ("x{end}", "jsonpath: column 3: \"end\" without a \"range\""),
        ("{\"x}", "jsonpath: column 2: the quote is not closed"),
        ("{.a[?(@.b==c)]}", "jsonpath: column 12: \"c\" is no literal: strings stand in quotes, paths begin with \"@\""),
        ("{.a[?(@.b=='c']}", "jsonpath: column 15: expected \")\", found \"]\""),
        ("{.a[?('c')]}", "jsonpath: column 7: a literal alone is no condition"),
        ("{.a[?@.b]}", "jsonpath: column 6: expected \"(\" after \"?\", found \"@\""),
        ("{.a[::0]}", "jsonpath: column 7: the step of a slice must be above 0"),
        ("{.a[1-2]}", "jsonpath: column 5: \"1-2\" is no whole number"),
        ("{kind}", "jsonpath: column 2: \"k\" has no meaning here"),
        ("{.a!}", "jsonpath: column 4: \"!\" has no meaning here"),
    ])
    func aWrongTemplateIsToldWithItsColumn(template: String, message: String) {
        let error = #expect(throws: QueryError.self) { try JSONPath(template) }
        #expect(error?.description == message, "\(template)")
    }

    @Test func columns() throws {
        let columns = try CustomColumns("NAME:.metadata.name,FIRST:.spec.containers[0].image,ALL:{.spec.containers[*].name},W:spec.weight")
        #expect(columns.headings == ["NAME", "FIRST", "ALL", "W"])
        let rows = Self.node["items"]?.arrayValue?.map(columns.cells(for:))
        #expect(rows == [["a", "i:1", "x,y", "10"], ["b", "i:3", "z", "5"], ["c", "<none>", "<none>", "7"]])
        #expect(try CustomColumns(file: "NAME  W\n.metadata.name .spec.weight\n").headings == ["NAME", "W"])
        #expect(throws: QueryError.self) { try CustomColumns("NAME") }
        #expect(throws: QueryError.self) { try CustomColumns("") }
        #expect(throws: QueryError.self) { try CustomColumns("A:.a[") }
        #expect(throws: QueryError.self) { try CustomColumns(file: "A B\n.a\n") }
        // A comma in a filter is none between columns.
        #expect(try CustomColumns("A:.a[?(@.b==\"x,y\")],B:.c[0,1]").headings == ["A", "B"])
    }

    @Test func order() throws {
        let items = Self.node["items"]?.arrayValue ?? []
        func names(_ path: String) throws -> [String?] {
            try SortKey(path).sorted(items, by: { $0 }).map { $0["metadata"]?["name"]?.stringValue }
        }
        #expect(try names(".spec.weight") == ["b", "c", "a"])
        #expect(try names("{.status.phase}") == ["c", "b", "a"])
        #expect(try names("metadata.name") == ["a", "b", "c"])
        #expect(try names(".nothing") == ["a", "b", "c"])
        #expect(throws: QueryError.self) { try SortKey("") }
        #expect(throws: QueryError.self) { try SortKey("{.a") }
    }

    @Test func forms() throws {
        func form(_ text: String) throws -> OutputForm { try OutputForm(text) { _ in "{.kind}\n" } }
        #expect(try form("json") == .json && form("yaml") == .yaml && form("name") == .name)
        #expect(try form("wide") == .table(isWide: true))
        #expect(try form("jsonpath-file=x") == .jsonPath(try JSONPath("{.kind}")))
        for wrong in ["", "xml", "jsonpath", "json=x", "custom-columns=", "jsonpath={"] {
            #expect(throws: QueryError.self, "\(wrong)") { try form(wrong) }
        }
    }
}
