import Docker
import DockerModel
import Rules
import Testing

/// How long `up` may take, and what a service depends on.
@Suite struct UpLimitTests {
    private func model(_ services: String) throws -> ComposeModel {
        try ComposeModel(json: Array(#"{"name":"shop","services":{\#(services)}}"#.utf8))
    }

    private func service(_ name: String, _ healthcheck: String, after dependency: String? = nil) -> String {
        let dependencies = dependency.map {
            #","depends_on":{"\#($0)":{"condition":"service_healthy","required":true}}"#
        }
        return #""\#(name)":{"image":"i","healthcheck":\#(healthcheck)\#(dependencies ?? "")}"#
    }

    private let slow = #"{"test":["CMD","true"],"interval":"30s","timeout":"30s","retries":10,"start_period":"20m0s"}"#

    @Test func withoutDependenciesItHas15Minutes() throws {
        #expect(try model(service("search", slow)).upLimit(HealthPolicy()) == .seconds(900))
    }

    /// Two services in a row, each of which may take half an hour to become healthy.
    @Test func theHealthchecksAlongTheWayAddUp() throws {
        let chain = [
            service("search", slow), service("index", slow, after: "search"), service("web", "{}", after: "index"),
        ]
        #expect(try model(chain.joined(separator: ",")).upLimit(HealthPolicy()) == .seconds(3600) + Gate.margin * 2)
    }

    @Test func theReleasesOwnTimeoutCounts() throws {
        var policy = HealthPolicy()
        policy.timeout = .seconds(7200)
        #expect(try model(service("app", "{}")).upLimit(policy) == .seconds(7200))
    }

    /// Numbers that no Compose file should have, and a circle.
    @Test(arguments: ["18446744073709551615", "9223372036854775807", "-1", "1e300"])
    func noFileMakesItLongerThanADay(number: String) throws {
        let check =
            #"{"interval":"9999999h","timeout":"1e9s","retries":\#(number),"start_period":"99999999999999999999h"}"#
        let circle = [service("a", check, after: "b"), service("b", check, after: "a")]
        #expect(try model(circle.joined(separator: ",")).upLimit(HealthPolicy()) <= .seconds(86_400))
    }

    /// Its depth alone would exhaust a stack.
    @Test func aLongChainIsNoHarm() throws {
        let chain = (0..<5_000).map { service("s\($0)", "{}", after: "s\($0 + 1)") }
        #expect(try model(chain.joined(separator: ",")).upLimit(HealthPolicy()) <= .seconds(86_400))
    }

    @Test func dependenciesAreFoundThroughOthers() throws {
        let model = try model(
            """
            "web":{"depends_on":{"app":{"condition":"service_started"},"gone":{"condition":"service_started"}}},
            "app":{"depends_on":{"db":{"condition":"service_healthy"},"seed":{"condition":"service_completed_successfully"}}},
            "seed":{"depends_on":{"db":{"condition":"service_started"}}},"db":{},"other":{}
            """
        )
        let found = model.dependencies(of: "web")
        #expect(Set(found.keys) == ["app", "db", "seed"])
        #expect(found["seed"] == .completed && found["db"] != .completed)
        #expect(model.dependencies(of: "db").isEmpty)
        #expect(model.endingServices == ["seed"])
    }
}
