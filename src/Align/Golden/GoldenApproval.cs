using System.Globalization;
using System.Text;

namespace PPYolo.Align.Golden;

/// <summary>Makes a received golden the approved one, on purpose and with a reason, or says why it must not be.</summary>
public static class GoldenApproval
{
    /// <summary>The log of a folder: a line for each approval.</summary>
    public const string LogName = "approvals.log";

    /// <summary>Why a received golden must not be approved; empty where it may.</summary>
    /// <param name="golden">The approved record, or null for the first.</param>
    /// <param name="received">The received one.</param>
    /// <param name="mayChangeEnvironment">Whether it was said that the environment is another on purpose.</param>
    public static IReadOnlyList<string> Objections(GoldenRecord? golden, GoldenRecord received, bool mayChangeEnvironment)
    {
        var objections = new List<string>();
        objections.AddRange(
            Listed(
                "not finite",
                received
                    .Tensors.Where(tensor => !tensor.IsFinite)
                    .Select(tensor => tensor.Name)
                    .Concat(
                        received
                            .Losses.Where(loss => !double.IsFinite(loss.Value))
                            .Select(loss => $"{loss.Name} of iteration {loss.Iteration}")
                    )
            )
        );
        if (received.Tensors.Count == 0)
        {
            objections.Add("it holds no tensors");
        }

        if (!received.HasFloors)
        {
            objections.Add("it has no floors: run the test again with the golden deleted");
            return objections;
        }

        objections.AddRange(
            Listed(
                "more noise than movement",
                GoldenTolerance
                    .Vacuous(received)
                    .Select(pair =>
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{pair.Tensor.Part.ToString().ToLowerInvariant()} {pair.Tensor.Name} ({pair.Share:0.00} of it)"
                        )
                    )
            )
        );
        if (golden is null)
        {
            return objections;
        }

        objections.AddRange(
            Listed("missing tensors", golden.Tensors.Select(Key).Except(received.Tensors.Select(Key)))
                .Select(missing => missing + "; if they are meant to be gone, delete the golden and approve what is received as the first")
        );
        if (
            !mayChangeEnvironment
            && golden.Environment != received.Environment with { Config = golden.Environment.Config }
            && !GoldenComparer.Compare(golden, received).Aligned
        )
        {
            objections.Add(
                $"the environment changed with the numbers, so that nobody can say which moved them (golden: {golden.Environment}; "
                    + $"received: {received.Environment}): find out with the target Recheck, or say that it is meant: "
                    + "with --environment-changed the golden becomes this machine's"
            );
        }

        return objections;
    }

    /// <summary>Approves: notes the reason in the folder's log and moves the file.</summary>
    /// <param name="received">NAME.received.EXTENSION.</param>
    /// <param name="verified">NAME.verified.EXTENSION.</param>
    /// <param name="reason">Why the change is right.</param>
    /// <param name="change">What changed, in a line.</param>
    /// <exception cref="AlignException">The reason is empty.</exception>
    public static void Approve(string received, string verified, string reason, string change)
    {
        if (string.IsNullOrWhiteSpace(reason))
        {
            throw new AlignException("an approval needs a reason: what was changed, and why the new numbers are right");
        }

        var log = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(verified))!, LogName);
        // The log comes first: an approval without a line is worse than a line without an approval.
        File.AppendAllText(
            log,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{DateTime.UtcNow:yyyy-MM-dd HH:mm}Z\t{Path.GetFileName(verified)}\t{OneLine(reason)}\t{OneLine(change)}\n"
            ),
            new UTF8Encoding(false)
        );
        File.Move(received, verified, overwrite: true);
    }

    private static string Key(GoldenTensor tensor) => $"{tensor.Part.ToString().ToLowerInvariant()} {tensor.Name}";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ').Trim();

    private static IEnumerable<string> Listed(string what, IEnumerable<string> names)
    {
        var all = names.ToList();
        if (all.Count > 0)
        {
            yield return $"{what}: {string.Join(", ", all.Take(4))}{(all.Count > 4 ? $" and {all.Count - 4} more" : "")}";
        }
    }
}
