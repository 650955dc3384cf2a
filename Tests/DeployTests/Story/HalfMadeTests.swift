import DockerModel
import FoundationEssentials
import Rules
import Testing

@Suite struct HalfMadeTests {
    private static let (old, new) = ("0123456789abcdef", "fedcba9876543210")

    private func container(_ id: String, _ name: String, _ state: String) throws -> ContainerSummary {
        let labels = #"{"com.docker.compose.project":"shop","com.docker.compose.oneoff":"False"}"#
        let json =
            #"{"Id":"\#(id)","Names":["/\#(name)"],"Image":"a","ImageID":"sha256:1","State":"\#(state)","Labels":\#(labels)}"#
        return try JSONDecoder().decode(ContainerSummary.self, from: Data(json.utf8))
    }

    @Test(arguments: [
        // Beside the one that it was to replace.
        ("exited", "0123456789ab_shop-app-1", "created", true), ("running", "0123456789ab_shop-app-1", "created", true),
        // Of two replicas that wait for another service, each alone has its volumes.
        ("created", "shop-app-2", "created", false), ("running", "aaaaaaaaaaaa_shop-app-1", "created", false),
        ("running", "0123456789ab_shop-app-1", "running", false),
    ])
    func goesOnlyBesideTheOneThatItWasToReplace(state: String, name: String, itsState: String, goes: Bool) throws {
        let made = try container(Self.new, name, itsState)
        let containers = [try container(Self.old, "shop-app-1", state), made]
        #expect(containers.halfMade == (goes ? [made] : []))
    }
}
