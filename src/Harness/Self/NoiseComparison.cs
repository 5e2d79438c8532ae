using System.Globalization;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Reference;

namespace PPYolo.Harness.Self;

/// <summary>
/// Compares a recorded run with its replay where nothing promises the same bits. Several replays of one record differ by nothing but that;
/// how far two of them are from one another is the floor. Each tensor is judged by its own.
/// </summary>
internal static class NoiseComparison
{
    /// <summary>
    /// How many replays make a floor: six distances of two, whose largest a seventh of their kind exceeds seldom, and hardly ever by
    /// <see cref="Allowance"/>.
    /// </summary>
    public const int Replays = 4;

    /// <summary>
    /// How many times the floor the record may be away from its replay: as everywhere here, three times the noise. What is nearer cannot be
    /// told from it.
    /// </summary>
    public const double Allowance = 3;

    /// <summary>Compares.</summary>
    /// <param name="title">What is compared.</param>
    /// <param name="measure">How.</param>
    /// <param name="recorded">The recorded run's.</param>
    /// <param name="replays">Those of its replays, two or more. The first is judged, all measure the floor.</param>
    /// <param name="findings">Gets each tensor that differs anywhere.</param>
    public static Check Run(
        string title,
        NoiseMeasure measure,
        NamedTensors recorded,
        IReadOnlyList<NamedTensors> replays,
        List<TensorFinding> findings
    )
    {
        var rows = InOrder.Select(
            [.. replays.Append(recorded).SelectMany(set => set.Names).Distinct(StringComparer.Ordinal)],
            name => Row.Of(name, measure, Find(recorded, name), [.. replays.Select(set => Find(set, name))])
        );
        var turned = Turned(rows, replays.Count);
        var differences = new Differences(measure.InOrder);
        var floors = new List<double>();
        double before = 0;
        foreach (var row in rows)
        {
            // The noise of an iteration is in all that follow: by chance alone a later one could show less.
            before = measure.InOrder ? Larger(before, row.Grain) : row.Grain;
            floors.Add(before);
            // No number is within a bound that is none.
            var bound = double.IsFinite(before) ? Allowance * before : double.NaN;
            bound = turned.Contains(row) ? Math.Max(bound, Allowance * row.LastPlace) : bound;
            differences.See(row.Difference, bound, row.Name);
            if (row.Difference != 0 || row.Floor != 0)
            {
                findings.Add(new(title, row.Name, row.Difference, bound, null));
            }
        }

        return differences.ToCheck(title, measure.Name, Note(rows, turned.Count)) with
        {
            Noise = floors.Count == 0 ? null : floors[differences.Shown],
        };
    }

    private static TensorData? Find(NamedTensors tensors, string name) => tensors.TryGet(name, out var found) ? found : null;

    private static double Larger(double one, double other) =>
        // A floor that could not be measured stays that.
        double.IsNaN(one) || double.IsNaN(other)
            ? double.NaN
            : Math.Max(one, other);

    /// <summary>
    /// Tensors in which the record alone has a last bit turned. Noise below the resolution of a number shows only now and then, so that all
    /// replays may agree in a tensor and the record not. That is granted as often as it happens to a replay, times the allowance; where it
    /// never does, equal bits are asked for.
    /// </summary>
    private static HashSet<Row> Turned(IReadOnlyList<Row> rows, int replays)
    {
        var ofReplay = Enumerable.Range(0, replays).Max(replay => rows.Count(row => row.IsTurnedIn(replay)));
        var ofRecord = rows.Where(row => row.IsTurnedInRecord).ToHashSet();
        return ofRecord.Count <= Allowance * ofReplay ? ofRecord : [];
    }

    private static string Note(IReadOnlyList<Row> rows, int turned)
    {
        var noisy = rows.Where(row => row.Floor != 0).ToList();
        var largest = noisy.MaxBy(row => double.IsNaN(row.Floor) ? double.PositiveInfinity : row.Floor);
        var floor = largest is null
            ? "replays are equal bit by bit in all of them, so the record must be"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"replays differ in {noisy.Count} of them, by up to {largest.Floor:0.00e+00} ({largest.Name})"
            );
        return string.Create(CultureInfo.InvariantCulture, $"{rows.Count} compared; {floor}")
            + (turned == 0 ? "" : $"; in {turned} others the record alone has last bits turned, as often as replays have");
    }

    /// <summary>A tensor of all runs.</summary>
    private sealed record Row(string Name, double Difference, double Floor, double LastPlace, IReadOnlyList<double> Alone)
    {
        /// <summary>
        /// The floor, no finer than numbers are: noise that turns a last bit somewhere in a tensor may turn that of its largest element.
        /// </summary>
        public double Grain => Floor == 0 ? 0 : Larger(Floor, LastPlace);

        public bool IsTurnedInRecord => Floor == 0 && IsTurn(Difference);

        public bool IsTurnedIn(int replay) => IsTurn(Alone[replay]);

        public static Row Of(string name, NoiseMeasure measure, TensorData? recorded, TensorData?[] replays)
        {
            var pairs = new double[replays.Length, replays.Length];
            double floor = 0;
            for (var one = 0; one < replays.Length; one++)
            {
                for (var other = 0; other < one; other++)
                {
                    var apart = measure.Apart(replays[one], replays[other]);
                    pairs[one, other] = pairs[other, one] = apart;
                    floor = Larger(floor, apart);
                }
            }

            return new(
                name,
                measure.Apart(recorded, replays[0]),
                floor,
                recorded is null ? 0 : measure.LastPlace(recorded),
                [.. Enumerable.Range(0, replays.Length).Select(replay => AloneIn(replay, pairs))]
            );
        }

        private bool IsTurn(double distance) => distance > 0 && distance <= Allowance * LastPlace;

        /// <summary>How far a replay is from the others where these agree; else 0.</summary>
        private static double AloneIn(int replay, double[,] pairs)
        {
            var others = Enumerable.Range(0, pairs.GetLength(0)).Where(other => other != replay).ToList();
            return others.TrueForAll(one => others.TrueForAll(other => pairs[one, other] == 0)) ? pairs[replay, others[0]] : 0;
        }
    }
}
