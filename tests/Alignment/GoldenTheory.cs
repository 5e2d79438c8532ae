using PPYolo.Align.Golden;
using PPYolo.Data.Batches;
using PPYolo.Harness.Watching;
using PPYolo.Train.Runs;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// Ends a theory in its golden: the watched run is compared with the approved record in tests/Golden/Weights. Only a run that is not within
/// it runs twins, for the floors of the received file.
/// </summary>
/// <param name="type">The theory's class.</param>
/// <param name="method">The theory.</param>
/// <param name="parameters">Its parameters as they stand in the file's name. Theories that must come to the same may share a
/// golden.</param>
/// <param name="settings">The settings of the run, whose hash belongs to its environment.</param>
/// <param name="iterations">Iterations that the golden holds: all of calm runs, the first of plain ones, which chaos makes incomparable
/// after it.</param>
/// <param name="threads">Threads over all ranks.</param>
/// <param name="way">Where theories share the golden: in which way this one comes to it.</param>
internal sealed class GoldenTheory(
    string type,
    string method,
    string parameters,
    string settings,
    int iterations,
    int threads,
    string way = ""
)
{
    private readonly string name = $"{type}.{method}_{parameters}";
    private readonly GoldenWatch watch = new(
        $"{type}.{method} {parameters}",
        iterations,
        GoldenFile.Approved(Verified($"{type}.{method}_{parameters}"))
    );

    /// <summary>Iterations that the golden holds.</summary>
    public int Iterations => iterations;

    /// <summary>NAME of NAME.verified.golden.</summary>
    public string Name => name;

    /// <summary>Where goldens are.</summary>
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("PPYOLO_GOLDEN_FOLDER") ?? Path.Combine(Fixtures.Root, "tests", "Golden", "Weights");

    /// <summary>
    /// Iterations of a calm run that a golden can hold. With all of ResNet-50 trained, noise grows until after ten iterations it is a fifth
    /// to a third of every momentum buffer, of which the golden's own gate says that it pins nothing; after five it is less than a tenth.
    /// </summary>
    public static int Extent(string network, int freezeAt, int iterations) =>
        network == "r50vd" && freezeAt < 0 ? Math.Min(5, iterations) : iterations;

    /// <summary>Watches the run that the golden is of.</summary>
    public Action<Trainer> Observe => watch.Attach;

    /// <summary>Compares.</summary>
    /// <param name="measured">What the theory measured, to which the outcome is added; null where the golden is all of it.</param>
    /// <param name="twin">Runs the same again as a twin.</param>
    public async Task Verify(Measured? measured, Action<GoldenTwin> twin)
    {
        var run = watch.Build(GoldenEnvironment.Current(settings, threads));
        var verified = Verified(name);
        GoldenReport.Write(verified, run, way);
        measured?.Add(name, GoldenFile.Approved(verified), run);
        if (GoldenReport.Only)
        {
            return;
        }

        var record = GoldenFile.Complete(
            verified,
            run,
            () => [.. Enumerable.Range(0, GoldenFloors.StandardTwins).Select(i => Twin(twin, i))]
        );
        var isNew = !File.Exists(verified);
        try
        {
            await Verifier
                .Verify(GoldenText.Format(record), GoldenText.Extension)
                .UseDirectory(Folder)
                .UseTypeName(type)
                .UseMethodName(method)
                .UseTextForParameters(parameters)
                .DisableRequireUniquePrefix();
        }
        catch (Exception) when (isNew)
        {
            // Verify's own message would hold the whole file.
            throw new GoldenException(
                $"{verified}: there is no golden yet; look at {GoldenFile.ReceivedOf(verified)}, and approve it if it is right: dotnet "
                    + $"cake --target=Approve"
            );
        }
    }

    /// <summary>Compares with the approved golden, and does no more.</summary>
    public GoldenComparison Compare() =>
        GoldenComparer.Compare(GoldenFile.Approved(Verified(name))!, watch.Build(GoldenEnvironment.Current(settings, threads)));

    private static string Verified(string name) => Path.Combine(Folder, $"{name}.verified.{GoldenText.Extension}");

    private GoldenRecord Twin(Action<GoldenTwin> twin, int index)
    {
        var twinWatch = new GoldenWatch(name, iterations);
        twin(
            new(
                twinWatch.Attach,
                batches => new PerturbedBatches(batches, $"twin/{index}"),
                index % 2 == 0 ? threads
                    : threads == 1 ? 2
                    : 1
            )
        );
        return twinWatch.Build(GoldenEnvironment.Current(settings, threads));
    }
}
