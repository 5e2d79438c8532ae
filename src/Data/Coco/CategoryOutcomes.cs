namespace PPYolo.Data.Coco;

/// <summary>
/// What became of one category's detections over all images, at every area range and overlap threshold. Detections are numbered in the
/// order of their images and, within one, by falling score.
/// </summary>
internal sealed class CategoryOutcomes
{
    private static readonly int Thresholds = CocoProtocol.OverlapThresholds.Length;

    private readonly int capacity;
    private readonly DetectionOutcome[] outcomes;
    private readonly double[] scores;
    private readonly byte[] ranks;

    /// <summary>Makes room for a category's detections.</summary>
    /// <param name="capacity">The most detections that will be added.</param>
    public CategoryOutcomes(int capacity)
    {
        this.capacity = capacity;
        outcomes = new DetectionOutcome[checked(capacity * Thresholds * CocoProtocol.AreaRanges.Length)];
        scores = new double[capacity];
        ranks = new byte[capacity];
    }

    /// <summary>The number of detections.</summary>
    public int Count { get; private set; }

    /// <summary>The objects that are to be found, per area range: those in it that are no crowds.</summary>
    public int[] Wanted { get; } = new int[CocoProtocol.AreaRanges.Length];

    /// <summary>The place of each detection among those of its image, from 0.</summary>
    public ReadOnlySpan<byte> Ranks => ranks.AsSpan(0, Count);

    /// <summary>Appends a detection, wrong until <see cref="At"/> says otherwise.</summary>
    /// <param name="score">Its confidence.</param>
    /// <param name="rank">Its place in its image, below 100.</param>
    /// <returns>Its number.</returns>
    public int Add(double score, int rank)
    {
        scores[Count] = score;
        ranks[Count] = (byte)rank;
        return Count++;
    }

    /// <summary>The outcomes of all detections at one area range and overlap threshold.</summary>
    public Span<DetectionOutcome> At(int area, int threshold) => outcomes.AsSpan((area * Thresholds + threshold) * capacity, Count);

    /// <summary>The numbers of the detections by falling score; equal scores stay in the order of the numbers.</summary>
    public int[] ByScore()
    {
        // The image of a ranked item is the same for all here: the score decides, then the number.
        var ranked = new RankedItem[Count];
        for (var i = 0; i < ranked.Length; i++)
        {
            ranked[i] = new(0, scores[i], i);
        }

        ranked.AsSpan().Sort();
        var order = new int[Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = ranked[i].Index;
        }

        return order;
    }
}
