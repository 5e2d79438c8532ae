using System.Text.Json;

namespace PPYolo.Tests.Unit.Snapshots.Support;

/// <summary>Runs classes of tests/Snapshots.Subject in a process of its own, its snapshots in a directory of the test.</summary>
internal sealed class Subject(TemporaryFolder directory)
{
    public Dictionary<string, string> Environment { get; } = new() { ["DiffEngine_Disabled"] = "true" };

    public async Task<IReadOnlyDictionary<string, SubjectResult>> Run(string value, params string[] classes)
    {
        Environment["SUBJECT_DIRECTORY"] = directory.Path;
        Environment["SUBJECT_VALUE"] = value;
        var (exitCode, output) = await Dotnet.Run([BuildFacts.SubjectAssembly, .. classes], Environment);
        exitCode.Should().Be(0, output);
        return output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<SubjectResult>(line)!)
            .ToDictionary(result => result.Name.Replace("PPYolo.Tests.Snapshots.Subject.", "", StringComparison.Ordinal));
    }
}
