import DockerModel
import FoundationEssentials

extension DockerVersion {
    /// Decodes the output of `docker compose version --format json`: `{"version":"v2.40.3"}`.
    package init?(json: [UInt8]) {
        struct Answer: Decodable { let version: String }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)) else { return nil }
        self.init(answer.version)
    }
}
