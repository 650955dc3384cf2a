import DockerModel
import NIOHTTP1

extension EngineSession {
    /// The names of a project's networks (`GET /networks`).
    package func networks(project: ProjectName) async throws(EngineError) -> Set<String> {
        struct Network: Decodable {
            let name: String

            init(from decoder: any Decoder) throws { name = try decoder.members().value("Name") }
        }
        let filters = Filters.project(project)
        let networks: [Network] = try await decode(from: Request(path: "/networks", query: ["filters": filters.text]))
        return Set(networks.map(\.name))
    }
}
