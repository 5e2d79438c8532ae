namespace PPYolo.Kernels.Convolutions;

/// <summary>
/// Where the channels of a batch's maps are in memory: those of each image, and behind them some that all images share, as coordinates are.
/// </summary>
internal readonly unsafe struct MapPlanes
{
    private readonly float* own,
        shared,
        ownEnd,
        sharedEnd;
    private readonly int channels;
    private readonly long cells;

    /// <summary>Describes maps.</summary>
    /// <param name="own">(B,C,H,W).</param>
    /// <param name="batch">B.</param>
    /// <param name="channels">C.</param>
    /// <param name="cells">H times W.</param>
    /// <param name="shared">(S,H,W), or null where S is 0.</param>
    /// <param name="sharedChannels">S.</param>
    public MapPlanes(float* own, int batch, int channels, long cells, float* shared = null, int sharedChannels = 0)
    {
        this.own = own;
        this.shared = shared;
        this.channels = channels;
        this.cells = cells;
        ownEnd = own + (batch * channels * cells);
        sharedEnd = shared + (sharedChannels * cells);
        Count = channels + sharedChannels;
    }

    /// <summary>C + S.</summary>
    public int Count { get; }

    /// <summary>The first cell of one channel of one image.</summary>
    public float* this[int image, int channel] =>
        channel < channels ? own + ((((long)image * channels) + channel) * cells) : shared + ((channel - channels) * cells);

    /// <summary>How many channels from this one on follow each other in memory.</summary>
    public int Neighbours(int channel) => (channel < channels ? channels : Count) - channel;

    /// <summary>Behind the last cell of the memory in which the channel is.</summary>
    public float* End(int channel) => channel < channels ? ownEnd : sharedEnd;
}
