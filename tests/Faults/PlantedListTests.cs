using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Tests.Faults.Fresh;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Faults;

/// <summary>
/// Holds the blind and the fresh faults to what was written down when they were planted, and shows that each is a fault. PPYOLO_FAULTS=1
/// trains the blind ones, PPYOLO_FAULTS=fresh the fresh ones.
/// </summary>
public class PlantedListTests
{
    private const double Moves = 10;

    private static readonly TracePhase[] Lasting =
    [
        TracePhase.Buffers,
        TracePhase.Gradient,
        TracePhase.Reduction,
        TracePhase.Momentum,
        TracePhase.Weights,
        TracePhase.Ema,
        TracePhase.End,
    ];

    [Theory]
    [InlineData("Blind")]
    [InlineData("Fresh")]
    public void The_list_has_the_faults_and_the_hash_of_their_code(string folder)
    {
        var lines = Faults(folder)
            .Select(Line)
            .Prepend("name | family | case | where runs part | causes that name it rightly | ranks | moves more than clean reruns")
            .Append($"sha256 of {folder}/*.cs: {Hash(folder)}");
        var list = string.Join("\n", lines) + "\n";
        var path = Path.Combine(PathOf(folder), "planted.txt");
        if (!File.Exists(path) || File.ReadAllText(path) != list)
        {
            File.WriteAllText(Path.Combine(PathOf(folder), "planted.received.txt"), list);
        }

        File.ReadAllText(path)
            .Should()
            .Be(list, "these faults are not touched after they were planted; planted.received.txt is how they are now");
    }

    [Fact]
    public void Names_are_unique_and_causes_are_known()
    {
        var all = PlantedFaults.All.Concat(BlindFaults.All).Concat(FreshFaults.All).ToList();
        var known = CauseCatalogue.All.Select(kind => kind.Id).Concat(AskedCauses.All.Keys).Append(PlantedFault.None);

        all.Select(fault => fault.Name).Should().OnlyHaveUniqueItems();
        all.SelectMany(fault => fault.Causes).Should().BeSubsetOf(known);
        AskedCauses.All.Keys.Should().BeSubsetOf(BlindFaults.All.SelectMany(fault => fault.Causes));
        all.Should().HaveCountGreaterThanOrEqualTo(100);
    }

    [SkippableFact]
    public void Every_fault_moves_numbers_from_its_place_on()
    {
        var asked = Environment.GetEnvironmentVariable("PPYOLO_FAULTS");
        Skip.IfNot(asked is "1" or "fresh", "PPYOLO_FAULTS=1 trains every blind fault, PPYOLO_FAULTS=fresh every fresh one");
        var wrong = new List<string>();
        var table = new StringBuilder();
        foreach (var fault in asked == "1" ? BlindFaults.All : FreshFaults.All)
        {
            var run = TracingLoop.Execute(Bench.Plan(fault.Case, fault.Ranks).With(fault.Training), fault.Ranks, TestEnvironment.Threads);
            var moved = Movement.Of(fault.Case, fault.Ranks).Of(run).ToList();
            var first = moved.FirstOrDefault(entry => entry.Times > Moves).Place ?? "nowhere";
            var largest = moved.Where(entry => Lasting.Contains(entry.Phase)).MaxBy(entry => entry.Times);
            var place = FileSystemName.MatchesSimpleExpression(fault.Frontier, first);
            table.AppendLine($"{fault.Name, -84}{largest.Times, 10:G3} {largest.Place, -70}{(place ? "" : "NOT ")}{first}");
            if (fault.Unmoved is null != (largest.Times > Moves && place))
            {
                wrong.Add(fault.Name);
            }
        }

        wrong.Should().BeEmpty($"{table}");
    }

    private static string Line(PlantedFault fault) =>
        $"{fault.Name} | {fault.Family} | {fault.Case.Name} | {fault.Frontier} | {string.Join(", ", fault.Causes)} | {fault.Ranks} | "
        + (fault.Unmoved is null ? "yes" : $"no: {fault.Unmoved}");

    private static IReadOnlyList<PlantedFault> Faults(string folder) => folder == "Blind" ? BlindFaults.All : FreshFaults.All;

    private static string Hash(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.GetFiles(PathOf(folder), "*.cs").Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(File.ReadAllText(file).ReplaceLineEndings("\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string PathOf(string folder, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, folder);
}
