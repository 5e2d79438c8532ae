using PPYolo.Data.Batches;
using PPYolo.Model.Head;

namespace PPYolo.Harness.Replay;

/// <summary>What is known of an iteration of a recorded run.</summary>
/// <param name="Rate">The learning rate, or null where it was not recorded.</param>
/// <param name="Losses">The losses over all ranks by name, the total among them; those that were not recorded are missing.</param>
public sealed record RecordedIteration(double? Rate, IReadOnlyDictionary<string, float> Losses)
{
    /// <summary>What batch files say.</summary>
    /// <param name="survey">The batch files.</param>
    /// <param name="terms">The terms of the network's loss, in the order in which they are summed.</param>
    /// <param name="notes">Is told of terms that are not there.</param>
    internal static IReadOnlyList<RecordedIteration> Of(BatchSurvey survey, IReadOnlyList<string> terms, List<string> notes)
    {
        var missing = terms.Where(term => survey.Losses.Any(losses => !losses.ContainsKey(term))).ToList();
        if (missing.Count > 0)
        {
            notes.Add($"the batch files lack {string.Join(", ", missing)}: {(missing.Count == 1 ? "it is" : "they are")} not compared");
        }

        return [.. survey.Losses.Select(losses => new RecordedIteration(null, WithTotal(losses, terms)))];
    }

    /// <summary>Batch files have the terms alone; the total is their sum in float32, in their order.</summary>
    private static Dictionary<string, float> WithTotal(IReadOnlyDictionary<string, float> losses, IReadOnlyList<string> terms)
    {
        var all = terms.Where(losses.ContainsKey).ToDictionary(term => term, term => losses[term], StringComparer.Ordinal);
        if (all.Count == terms.Count)
        {
            all.Add(LossTerms.TotalName, terms.Select(term => losses[term]).Aggregate((sum, term) => sum + term));
        }

        return all;
    }
}
