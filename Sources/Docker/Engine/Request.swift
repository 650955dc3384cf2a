import DockerModel
import NIOCore
import NIOHTTP1

/// One request to the Engine.
struct Request: Sendable {
    var method: HTTPMethod = .GET
    /// The path after the version, percent-encoded where it holds a name of somebody else's.
    var path: String
    /// Names and values as they mean, not yet encoded.
    var query: KeyValuePairs<String, String> = [:]
    /// A JSON document.
    var body: [UInt8]?
    /// The time that the whole answer has, or for a stream its head.
    var timeout: Duration = .seconds(30)
    /// The most bytes that the answer may have.
    var limit = 64 * 1024 * 1024
    /// The version under which it is asked; without one the Engine takes its newest.
    var version: APIVersion?
    /// Whether the body goes on until one side hangs up.
    var isStream = false

    /// Method and target, for errors: `GET /v1.47/containers/json?all=1`.
    var line: String { "\(method) \(target)" }

    private var target: String {
        let prefix = version.map { "/v\($0)" } ?? ""
        let query = query.map { "\($0.percentEncoded())=\($1.percentEncoded())" }.joined(separator: "&")
        return prefix + path + (query.isEmpty ? "" : "?" + query)
    }

    var parts: [HTTPClientRequestPart] {
        // The Engine answers 400 to a request without a host, whatever its name.
        var headers: HTTPHeaders = ["Host": "docker", "User-Agent": "berth", "Connection": "close"]
        if let body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: String(body.count))
        } else if method == .POST {
            headers.add(name: "Content-Length", value: "0")
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
        let content = body.map { [HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: $0)))] } ?? []
        return [.head(head)] + content + [.end(nil)]
    }
}

extension String {
    /// Encodes for a URI (RFC 3986): every byte but the unreserved ones becomes `%XX`.
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

    /// Encodes for a path in which the Engine takes slashes as part of a name.
    var pathEncoded: String { percentEncoded(keeping: "/:@") }
}
