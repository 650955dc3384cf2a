import Docker
import DockerModel
import Rules
import Testing

/// A Compose file is stored only if no variable's value can be in it.
@Suite struct CanariesTests {
    /// The names of the canaries in their order, and the canaries.
    private func canaries(_ names: Set<String>) -> (Canaries, [String: String]) {
        let canaries = Canaries(for: names)
        let lines = canaries.environmentFile.split(separator: "\n").map { $0.split(separator: "=").map(String.init) }
        return (canaries, Dictionary(uniqueKeysWithValues: lines.map { ($0[0], $0[1]) }))
    }

    private func json(_ text: String) throws -> JSON { try JSON(bytes: Array(text.utf8)) }

    /// What Compose prints for an app with an include, in which it has put the password, as both versions of it do.
    private let template = """
        {"name":"shop","x-berth":{"rollback":"never"},
        "secrets":{"k":{"environment":"API_KEY","name":"shop_k","x-#value":"key-1234567890"}},
        "services":{"app":{"image":"a:${TAG}","environment":["API_KEY","MODE=plain"]},
        "db":{"image":"postgres","environment":["PASSWORD=hunter2-very-secret"]}}}
        """

    private func proof(_ values: [String: String], _ probe: String) -> String {
        """
        {"name":"shop","secrets":{"k":{"environment":"API_KEY","name":"shop_k","x-#value":"\(values["API_KEY"] ?? "")"}},
        "services":{"\(probe)":{"image":"probe"},
        "app":{"image":"a:${TAG}","environment":["API_KEY=\(values["API_KEY"] ?? "")","MODE=plain"]},
        "db":{"image":"postgres","environment":["PASSWORD=\(values["PASSWORD"] ?? "")"]}}}
        """
    }

    private func probe(_ canaries: Canaries) throws -> String {
        try #require(canaries.wrapper(of: [], in: "/srv/shop", reading: "/c.env")["services"].members.keys.first)
    }

    @Test func theNamesAreThoseThatComposeMayResolveWithoutInterpolation() throws {
        #expect(Canaries.names(in: try json(template)) == ["API_KEY", "MODE", "PASSWORD"])
        #expect(canaries(["A-1", "b.c", "1A", "", "A B", "Ä"]).1.keys.sorted() == ["A-1", "b.c"])
    }

    @Test func eachCanaryIsPutBackAsItsVariableAndLiteralTextStays() throws {
        let template = try json(template)
        let (canaries, values) = canaries(Canaries.names(in: template))
        let proof = try json(proof(values, try probe(canaries)))
        let stored = try #require(canaries.storable(template, proof: proof, inherited: []))
        #expect(stored["services"]["db"]["environment"] == .array([.string("PASSWORD")]))
        #expect(stored["services"]["app"]["environment"] == .array([.string("API_KEY"), .string("MODE=plain")]))
        #expect(stored["services"]["app"]["image"] == .string("a:${TAG}"))
        #expect(stored["secrets"]["k"].members.keys.sorted() == ["environment", "name"])
        #expect(stored["services"].members.keys.sorted() == ["app", "db"])
        #expect(stored["x-berth"] == template["x-berth"] && stored["name"] == .string("shop"))
        let text = String(decoding: try stored.bytes(), as: UTF8.self)
        #expect(!text.contains("hunter2") && !text.contains("key-1234567890"))
    }

    @Test func aConfigFromAVariableKeepsTheVariable() throws {
        let template = try json(
            #"{"name":"shop","services":{"app":{"image":"a"}},"#
                + #""configs":{"c":{"environment":"CONF","name":"shop_c","content":"secret-content"}}}"#
        )
        #expect(Canaries.override(for: template) == "configs:\n  \"c\": !reset null\n")
        let (canaries, _) = canaries(["CONF"])
        let proof = try json(
            #"{"name":"shop","configs":{},"services":{"\#(try probe(canaries))":{},"app":{"image":"a"}}}"#
        )
        let stored = try #require(canaries.storable(template, proof: proof, inherited: []))
        #expect(stored["configs"]["c"] == .object(["environment": .string("CONF"), "name": .string("shop_c")]))
    }

    @Test(arguments: [
        // A canary in a place that takes no variable's name, in another case, in a key.
        #"{"services":{"PROBE":{},"app":{"image":"CANARY"}}}"#,
        #"{"services":{"PROBE":{},"app":{"labels":["X-CANARY"]}}}"#,
        #"{"services":{"PROBE":{},"app":{"labels":{"CANARY":"1"}}}}"#,
        // Compose puts env_file into templates.
        #"{"services":{"PROBE":{"environment":{"A":"CANARY"}},"app":{"image":"a"}}}"#,
        // It does not stand alone.
        #"{"include":["db.yml"],"services":{"PROBE":{},"app":{"image":"a"}}}"#,
        #"{"services":{"PROBE":{},"app":{"extends":{"file":"base.yml","service":"base"}}}}"#,
    ])
    func whateverElseComposeDoesWithAValueIsNotStored(text: String) throws {
        let (canaries, values) = canaries(["A"])
        let text = text.replacing("X-CANARY", with: (values["A"] ?? "").uppercased())
            .replacing("CANARY", with: values["A"] ?? "").replacing("PROBE", with: try probe(canaries))
        let template = try json(#"{"services":{"app":{"image":"a"}}}"#)
        #expect(canaries.storable(template, proof: try json(text), inherited: []) == nil)
    }

    @Test func anInheritedNameIsPutBackAsAVariable() throws {
        let (canaries, _) = canaries(["TZ"])
        let proof = try json(
            #"{"services":{"\#(try probe(canaries))":{},"app":{"environment":["TZ=Europe/Berlin","A=b"]}}}"#
        )
        let stored = canaries.storable(try json("{}"), proof: proof, inherited: ["TZ"])
        #expect(stored?["services"]["app"]["environment"] == .array([.string("TZ"), .string("A=b")]))
    }

    @Test func aDollarThatComposePrintsTwiceIsOne() throws {
        let text = #"{"name":"a","x-v":["echo $$HOME","$$$$","a"],"services":{}}"#
        let model = try ComposeModel(json: Array(text.utf8))
        #expect(model.extensions["x-v"]?.elements == [.string("echo $HOME"), .string("$$"), .string("a")])
    }
}
