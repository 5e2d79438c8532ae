namespace PPYolo.Kernels.Convolutions;

/// <summary>Tiles cut into blocks of whole vectors, nearly equal, and as many for each thread.</summary>
internal readonly record struct TileBlocks
{
    private readonly int tiles,
        vectors;

    private TileBlocks(int tiles, int count)
    {
        this.tiles = tiles;
        vectors = tiles.PaddedTo(PanelProduct.Lanes) / PanelProduct.Lanes;
        Count = count;
    }

    /// <summary>Blocks.</summary>
    public int Count { get; }

    /// <summary>Tiles of the longest block, padded to whole vectors.</summary>
    public int Longest => (vectors + Count - 1) / Count * PanelProduct.Lanes;

    /// <summary>The first tile of a block and how many it has.</summary>
    public (int First, int Count) this[int block]
    {
        get
        {
            int first = Start(block),
                end = Math.Min(tiles, Start(block + 1));
            return (first, end - first);
        }
    }

    /// <summary>Blocks of about <paramref name="size"/> tiles.</summary>
    public static TileBlocks Of(int tiles, int size, int threads)
    {
        var vectors = tiles.PaddedTo(PanelProduct.Lanes) / PanelProduct.Lanes;
        var rounds = Math.Max(1, (int)Math.Round((double)tiles / size / threads));
        return new(tiles, Math.Min(vectors, rounds * threads));
    }

    private int Start(int block) => (int)((long)vectors * block / Count) * PanelProduct.Lanes;
}
