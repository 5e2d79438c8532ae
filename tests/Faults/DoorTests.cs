using System.Runtime.CompilerServices;
using System.Text;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>
/// docs/faults.md: which way of looking sees which fault. PPYOLO_FAULTS=1 (or doors, for this alone) makes its table anew, in
/// docs/faults.received.md; PPYOLO_FAULTS=doors-new only those rows that say "not tried yet".
/// </summary>
public class DoorTests
{
    private const string None = "-",
        Untried = "not tried yet",
        TableHead = "| fault | family | align reference | its golden | align ranks | where no door sees it |";

    private static readonly string[] Faults = [.. PlantedFaults.All.Concat(BlindFaults.All).Select(fault => fault.Name)];

    [Fact]
    public void The_page_has_each_fault_once_and_a_reason_where_nobody_sees_it()
    {
        var rows = Rows(File.ReadAllText(PagePath()));

        rows.Select(row => row[0]).Should().Equal(Faults);
        rows.Where(row => row[2..5].All(door => door == None)).Should().OnlyContain(row => row[5].Length > 0, "somebody must know why");
        rows.Where(row => row[2..5].Any(door => door != None)).Should().OnlyContain(row => row[5].Length == 0, "it is seen");
    }

    [Fact]
    public void The_quick_lane_sees_nine_in_ten_of_what_any_door_sees()
    {
        var seen = Rows(File.ReadAllText(PagePath())).Where(row => row[2..5].Any(door => door is not (None or Untried))).ToList();

        // Its tests are those two: tests/Alignment/QuickTheoryAttribute.cs.
        var quick = seen.Count(row => row[2..4].Any(door => door.StartsWith("r18vd-96-calm:", StringComparison.Ordinal)) || row[4] != None);
        quick.Should().BeGreaterThanOrEqualTo((int)Math.Ceiling(0.9 * seen.Count), "of {0}", seen.Count);
    }

    [SkippableFact]
    public void The_table_is_what_the_doors_say()
    {
        var asked = Environment.GetEnvironmentVariable("PPYOLO_FAULTS");
        Skip.IfNot(
            asked is "1" or "doors" or "doors-new",
            "PPYOLO_FAULTS=doors trains every fault behind every door (half an hour on two cores)"
        );
        var right = new PlantedFault("nothing", FaultFamily.Loss, PlantedFault.None, Alteration.None, "none");
        Doors.ReferenceAndGolden(right).Should().Be((null, null), "no door sees what is not there");
        Doors.Ranks(right).Should().BeNull();
        var page = File.ReadAllText(PagePath());
        var old = page[..page.IndexOf(TableHead, StringComparison.Ordinal)];
        var text = new StringBuilder(old).Append(TableHead).Append("\n|---|---|---|---|---|---|\n");
        var before = Rows(page).ToDictionary(row => row[0]);
        foreach (var fault in PlantedFaults.All.Concat(BlindFaults.All))
        {
            if (asked == "doors-new" && before[fault.Name] is { } row && !row.Contains(Untried))
            {
                text.Append($"| {string.Join(" | ", row)} |\n");
                continue;
            }

            var (reference, golden) = Doors.ReferenceAndGolden(fault);
            var ranks = Doors.Ranks(fault);
            var unseen = reference is null && golden is null && ranks is null;
            var reason = unseen ? Unseen.Reasons.GetValueOrDefault(fault.Name, "") : "";
            text.Append($"| {fault.Name} | {fault.Family} | {reference ?? None} | {golden ?? None} | {ranks ?? None} | {reason} |\n");
            File.WriteAllText(Path.ChangeExtension(PagePath(), ".received.md"), text.ToString());
        }

        Rows(text.ToString()).Select(Seen).Should().Equal(before.Values.Select(Seen), "docs/faults.received.md is what is seen now");
    }

    private static string Seen(string[] row) => $"{row[0]}: {string.Join(", ", row[2..5].Select(door => door != None))}";

    private static List<string[]> Rows(string page) =>
        [
            .. page[page.IndexOf(TableHead, StringComparison.Ordinal)..]
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(2)
                .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray()),
        ];

    private static string PagePath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "docs", "faults.md"));
}
