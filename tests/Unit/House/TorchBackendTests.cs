using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PPYolo.Tests.Unit.House;

/// <summary>Which natives the program brings, as MSBuild evaluates it; the CUDA package need not be in the feed for that.</summary>
public sealed class TorchBackendTests
{
    /// <summary>Where things lie; the settings of the outer build stay outside.</summary>
    private static readonly string[] Inherited =
    [
        "PATH",
        "HOME",
        "USERPROFILE",
        "SystemRoot",
        "APPDATA",
        "LOCALAPPDATA",
        "TMPDIR",
        "DOTNET_ROOT",
        "NUGET_PACKAGES",
    ];

    [SkippableTheory]
    [InlineData("-p:TorchBackend=cuda", "TorchSharp-cuda-linux", "libtorch-cpu-linux-x64")]
    [InlineData("-p:TorchBackend=cpu", "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    [InlineData("-nologo", "libtorch-cpu-linux-x64", "TorchSharp-cuda-linux")]
    public async Task One_set_of_natives_is_referenced(string argument, string there, string notThere)
    {
        Skip.IfNot(RuntimeInformation.IsOSPlatform(OSPlatform.Linux), "other systems have other packages");

        var (exitCode, output) = await Evaluate("-getItem:PackageReference,PackageVersion", argument);

        exitCode.Should().Be(0, output);
        var items = JsonDocument.Parse(output).RootElement.GetProperty("Items");
        Identities(items, "PackageReference")
            .Should()
            .Contain(["TorchSharp", there])
            .And.NotContain(notThere)
            .And.NotContain("TorchSharp-cpu");
        Identities(items, "PackageVersion").Should().Contain([there, notThere], "versions are central");
    }

    [Theory]
    [InlineData("rocm")]
    [InlineData("CUDA ")]
    public async Task An_unknown_backend_is_an_error(string backend)
    {
        var (exitCode, output) = await Evaluate("-t:CheckTorchBackend", $"-p:TorchBackend={backend}");

        exitCode.Should().NotBe(0);
        output.Should().Contain($"TorchBackend '{backend.Trim()}").And.Contain("use -p:TorchBackend=cpu, or cuda");
    }

    private static string[] Identities(JsonElement items, string kind) =>
        [.. items.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];

    private static async Task<(int ExitCode, string Output)> Evaluate(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", Path.Combine(Fixtures.Root, "src", "Cli", "Cli.csproj"), .. arguments]);
        start.Environment.Clear();
        foreach (var name in Inherited)
        {
            start.Environment[name] = Environment.GetEnvironmentVariable(name);
        }

        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0";
        var result = await ChildProgram.Run(start);
        return ((int)result.ExitCode, result.Output);
    }
}
