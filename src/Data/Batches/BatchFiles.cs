using System.Text.RegularExpressions;
using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Batches;

/// <summary>The batch files of a folder, counted: none is missing between the first and the last.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Iterations">The number of iterations.</param>
/// <param name="Ranks">The number of ranks; every one has a file for each iteration.</param>
public sealed partial record BatchFiles(string Folder, int Iterations, int Ranks)
{
    /// <summary>Counts them by their names.</summary>
    /// <exception cref="AlignException">There are none, or one is missing.</exception>
    public static BatchFiles In(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new AlignException($"{folder}: no such folder; expected one with a record, or with batch files of the reference");
        }

        var found = Directory
            .EnumerateFiles(folder, "batch*.npz")
            .Select(path => Name().Match(Path.GetFileName(path)))
            .Where(match => match.Success)
            .Select(match => (Iteration: Number(match, 1), Rank: Number(match, 2)))
            .ToHashSet();
        if (found.Count == 0)
        {
            throw new AlignException(
                $"{folder}: expected a record ({CaseHead.FileName}), or batch files as the reference writes them "
                    + $"({RecordFolder.BatchFile(0, 0)}, {RecordFolder.BatchFile(1, 0)} ...), found neither"
            );
        }

        var (iterations, ranks) = (found.Max(file => file.Iteration) + 1, found.Max(file => file.Rank) + 1);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            for (var rank = 0; rank < ranks; rank++)
            {
                if (!found.Contains((iteration, rank)))
                {
                    throw new AlignException(
                        $"{Path.Combine(folder, RecordFolder.BatchFile(iteration, rank))}: not found, and there are files of "
                            + $"{Counted(iterations, "iteration")} and {Counted(ranks, "rank")}: without it the run cannot be repeated"
                    );
                }
            }
        }

        return new(folder, iterations, ranks);
    }

    /// <summary>Reads all of them once, and refuses what the network cannot be trained on or what nothing can be compared with.</summary>
    /// <param name="network">What is to be trained.</param>
    /// <exception cref="AlignException">A file cannot be read, has batches for another network, or values that are not finite.</exception>
    public BatchSurvey Survey(NetworkOptions network)
    {
        long images = 0;
        var losses = new List<IReadOnlyDictionary<string, float>>();
        var sources = Enumerable.Range(0, Ranks).Select(rank => new RecordedBatches(Folder, rank)).ToList();
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var batches = sources.ConvertAll(source => source.At(iteration));
            var terms = sources.ConvertAll(source => source.Losses(iteration));
            for (var rank = 0; rank < Ranks; rank++)
            {
                BatchFit.Require(batches[rank], network);
                BatchFit.RequireFinite(batches[rank], terms[rank]);
            }

            images = iteration == 0 ? batches.Sum(batch => batch.Count) : images;
            losses.Add(Averaged(terms, [.. batches.Select(batch => batch.Count)]));
        }

        return new(images, losses);
    }

    /// <summary>The losses that all ranks have, averaged over images.</summary>
    /// <param name="losses">Those of each rank.</param>
    /// <param name="images">The number of images of each rank.</param>
    public static IReadOnlyDictionary<string, float> Averaged(
        IReadOnlyList<IReadOnlyDictionary<string, float>> losses,
        IReadOnlyList<long> images
    ) =>
        losses[0]
            .Keys.Where(name => losses.All(rank => rank.ContainsKey(name)))
            .ToDictionary(
                name => name,
                name => (float)(losses.Select((loss, rank) => (double)loss[name] * images[rank]).Sum() / images.Sum()),
                StringComparer.Ordinal
            );

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    // What is no number of an iteration is no batch file.
    private static int Number(Match match, int group) =>
        int.Parse(match.Groups[group].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^batch(\d{5,8})_rank(\d{2,4})\.npz$")]
    private static partial Regex Name();
}
