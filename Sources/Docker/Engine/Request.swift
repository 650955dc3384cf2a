import DockerModel
import NIOCore
import NIOHTTP1

/// One request to the Engine.
struct Request: Sendable {
    var method: HTTPMethod = .GET
    /// The path after the version; names in it are percent-encoded.
    var path: String
    /// Names and values, not yet percent-encoded.
    var query: KeyValuePairs<String, String> = [:]
    var body: [UInt8]?
    /// The media type of the body.
    var type = "application/json"
    /// The time limit of the whole response; for a stream, of its head.
    var timeout: Duration = .seconds(30)
    /// The maximum size of the response, in bytes.
    var limit = 64 * 1024 * 1024
    /// The API version in the path; without it, the Engine uses its newest.
    var version: APIVersion?
    /// Whether the body continues until one side closes the connection.
    var isStream = false

    /// Method and target, for errors: `GET /v1.47/containers/json?all=1`.
    var line: String { "\(method) \(target)" }

    private var target: String {
        let prefix = version.map { "/v\($0)" } ?? ""
        let query = query.map { "\($0.percentEncoded())=\($1.percentEncoded())" }.joined(separator: "&")
        return prefix + path + (query.isEmpty ? "" : "?" + query)
    }

    var parts: [HTTPClientRequestPart] {
        // The Engine responds with 400 to a request without `Host`; any value will do.
        var headers: HTTPHeaders = ["Host": "docker", "User-Agent": "berth", "Connection": "close"]
        if let body {
            headers.add(name: "Content-Type", value: type)
            headers.add(name: "Content-Length", value: String(body.count))
        } else if method == .POST || method == .PUT {
            headers.add(name: "Content-Length", value: "0")
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
        let content = body.map { [HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: $0)))] } ?? []
        return [.head(head)] + content + [.end(nil)]
    }
}

extension String {
    /// Encodes for a URI (RFC 3986): every byte except the unreserved ones becomes `%XX`.
    ///
    /// - Parameter kept: Further characters that stay as they are.
    func percentEncoded(keeping kept: String = "") -> String {
        utf8.reduce(into: "") { encoded, byte in
            let scalar = Unicode.Scalar(byte)
            let character = Character(scalar)
            if scalar.isASCII, character.isLetter || character.isNumber || "-._~\(kept)".contains(character) {
                encoded.append(character)
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(hex)" : "%\(hex)"
            }
        }
    }

    /// Encodes for a path in which the Engine accepts slashes as part of a name.
    var pathEncoded: String { percentEncoded(keeping: "/:@") }
}
