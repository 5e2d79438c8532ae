using System.Text.Json;
using PPYolo.Tests.Unit.Snapshots.Support;

namespace PPYolo.Tests.Unit.Snapshots.Scenarios;

/// <summary>
/// What a test project is made of under each engine, as MSBuild evaluates it; the package of Verify need not be in the feed for that.
/// </summary>
public class EngineSwitchTests
{
    [Fact]
    public async Task The_subset_is_the_default()
    {
        var project = await Evaluate();

        Identities(project, "ProjectReference")
            .Should()
            .Contain(path => path.EndsWith("tests/Snapshots/Snapshots.csproj", StringComparison.Ordinal));
        Identities(project, "PackageReference").Should().NotContain("Verify.Xunit");
        Identities(project, "Using").Should().Contain(["VerifyTests", "VerifyXunit", "VerifyXunit.Verifier"]);
        Identities(project, "AssemblyAttribute").Should().Contain("VerifyXunit.UseVerifyAttribute");
    }

    [Fact]
    public async Task Verify_takes_the_place_of_the_subset()
    {
        var project = await Evaluate("-p:SnapshotEngine=Verify");

        Identities(project, "PackageReference").Should().Contain("Verify.Xunit");
        Identities(project, "ProjectReference").Should().NotContain(path => path.EndsWith("Snapshots.csproj", StringComparison.Ordinal));
        Identities(project, "AssemblyAttribute").Should().NotContain("VerifyXunit.UseVerifyAttribute", "the package brings it itself");
        Version(project, "Verify.Xunit").Should().Be("31.12.5");
        Version(project, "DiffEngine")
            .Should()
            .Be("18.4.1", "that is what this Verify was compiled against, and transitive pinning would lift it");
    }

    [Fact]
    public async Task An_unknown_engine_is_refused()
    {
        var (exitCode, output) = await Build("-t:CheckSnapshotEngine", "-p:SnapshotEngine=Nonsense");

        exitCode.Should().NotBe(0);
        output.Should().Contain("SnapshotEngine 'Nonsense' is unknown");
    }

    private static async Task<JsonElement> Evaluate(params string[] arguments)
    {
        var (exitCode, output) = await Build([
            "-getItem:PackageReference,ProjectReference,PackageVersion,Using,AssemblyAttribute",
            .. arguments,
        ]);
        exitCode.Should().Be(0, output);
        return JsonDocument.Parse(output).RootElement.GetProperty("Items");
    }

    private static Task<(int ExitCode, string Output)> Build(params string[] arguments) =>
        Dotnet.Run(
            ["msbuild", BuildFacts.SubjectProject, "-nologo", .. arguments],
            new Dictionary<string, string>
            {
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
                ["DOTNET_NOLOGO"] = "1",
                ["MSBUILDDISABLENODEREUSE"] = "1",
            }
        );

    private static string[] Identities(JsonElement project, string item) =>
        [.. project.GetProperty(item).EnumerateArray().Select(entry => entry.GetProperty("Identity").GetString()!.Replace('\\', '/'))];

    private static string Version(JsonElement project, string package) =>
        project
            .GetProperty("PackageVersion")
            .EnumerateArray()
            .Single(entry => entry.GetProperty("Identity").GetString() == package)
            .GetProperty("Version")
            .GetString()!;
}
