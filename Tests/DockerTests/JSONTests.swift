import DockerModel
import Testing

@testable import Docker

@Suite("JSON")
struct JSONTests {
    @Test("an identifier is coded as its string, and as a key of an object")
    func identifierCoding() throws {
        let services: [ServiceName: ImageID] = ["app": "sha256:1"]
        let coded = try JSON.object(["app": .string("sha256:1")]).decode(as: [ServiceName: ImageID].self)
        #expect(coded == services)
        #expect("\(ServiceName(rawValue: "app"))" == "app")
    }

    @Test("unknown JSON survives a round trip")
    func json() throws {
        let text = #"{"a":[1,-2.5,"x/y",true,false,null,{}],"b":9007199254740993}"#
        let value = try JSON(bytes: Array(text.utf8))
        #expect(String(decoding: try value.bytes(), as: UTF8.self) == text)
        #expect(value["a"].elements.count == 7)
        #expect(value["c"] == .null)
    }
}
