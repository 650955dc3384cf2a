import FoundationEssentials
import Testing

@testable import DockerModel

/// Whatever number the Engine, an image or a Compose file has in a field, reading it and reckoning with it traps nowhere.
@Suite struct BoundedTests {
    static let numbers = [
        "9223372036854775807", "-9223372036854775808", "18446744073709551615", "-18446744073709551616", "1e300",
        "-1e300",
        "0", "-1", "1", "2.5", "9223372036854775806", "4611686018427387904",
    ]

    private func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    private func container(_ number: String) throws -> Container {
        try decode(
            Container.self,
            """
            {"Id":"1","Name":"/a","Image":"i","RestartCount":\(number),
            "Config":{"Image":"i","Healthcheck":{"Test":["CMD","true"],"Interval":\(number),"Timeout":\(number),
            "StartPeriod":\(number),"Retries":\(number)}},
            "HostConfig":{"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":\(number)}},
            "State":{"Status":"running","Running":true,"ExitCode":\(number),
            "Health":{"Status":"healthy","Log":[{"ExitCode":\(number)}]}}}
            """
        )
    }

    @Test(arguments: numbers)
    func everyNumberOfAContainer(number: String) throws {
        let container = try container(number)
        #expect(0...Int(Int32.max) ~= container.restartCount)
        #expect(Int(Int32.min)...Int(Int32.max) ~= container.state.exitCode)
        let healthcheck = try #require(container.healthcheck)
        for time in [healthcheck.interval, healthcheck.timeout, healthcheck.startPeriod, healthcheck.allowance] {
            #expect(.zero ... .day ~= time)
        }
        #expect(1...1000 ~= healthcheck.retries)
    }

    @Test func whatIsInBoundsStaysAsItIs() throws {
        let check = try #require(try container("5").healthcheck)
        #expect(check.retries == 5 && check.interval == .nanoseconds(5))
        #expect(try container("137").state.exitCode == 137)
        #expect(try container("-1").state.exitCode == -1)
    }

    @Test(arguments: numbers)
    func everySizeOnTheDisk(number: String) throws {
        let image = #"{"Id":"i","Created":\#(number),"Size":\#(number),"SharedSize":\#(number)}"#
        let usage = try decode(
            DiskUsage.self,
            """
            {"LayersSize":\(number),"Images":[\(image)],
            "Containers":[{"Id":"c","Image":"i","ImageID":"i","State":"running","SizeRw":\(number)}],
            "Volumes":[{"Name":"v","Driver":"local","UsageData":{"Size":\(number)}}],
            "BuildCache":[{"ID":"b","Type":"t","Size":\(number),"InUse":false,"Shared":false}]}
            """
        )
        let sizes = [usage.layersSize] + usage.images.map(\.size) + usage.images.compactMap(\.sharedSize)
        let others = usage.containers.map(\.size) + usage.volumes.compactMap(\.size) + usage.buildCache.map(\.size)
        #expect((sizes + others).allSatisfy { 0...1 << 50 ~= $0 })
        #expect(usage.images.allSatisfy { $0.created.map { $0.nanoseconds > 0 } ?? true })
    }

    @Test(arguments: numbers)
    func everyNumberOfReplicas(number: String) throws {
        for service in [#"{"scale":\#(number)}"#, #"{"deploy":{"replicas":\#(number)}}"#] {
            let model = try decode(ComposeModel.self, #"{"name":"shop","services":{"app":\#(service)}}"#)
            #expect(0...Int(Int32.max) ~= model.services["app"]?.replicas ?? -1)
        }
    }

    @Test(
        arguments: [
            ([], 0), ([1, 2], 3), ([.max, 1], .max), ([.min, -1], .min), ([.max, .max, .max], .max),
            ([.max, .min], -1),
        ] as [([Int64], Int64)]
    )
    func aSumEndsAtTheLastNumber(numbers: [Int64], sum: Int64) {
        #expect(numbers.sum() == sum)
    }

    /// Two moments of 1678 and 2261 are further apart than 64 bits of nanoseconds hold.
    @Test func momentsOfAnyYearHaveADistance() throws {
        let first = try #require(Timestamp("1678-01-01T00:00:00+23:59"))
        let last = try #require(Timestamp("2261-12-31T23:59:60.999999999-23:59"))
        #expect(last - first > .seconds(580 * 365 * 86_400))
        for moment in [first, last, Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)] {
            #expect(moment.inMilliseconds.count == 24 && moment.description.count >= 20)
            #expect(moment - moment == .zero)
        }
        #expect(Timestamp(seconds: .max).nanoseconds == .max && Timestamp(seconds: .min).nanoseconds == .min)
    }
}
