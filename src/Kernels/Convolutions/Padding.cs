namespace PPYolo.Kernels.Convolutions;

/// <summary>Extents with room for whole blocks.</summary>
internal static class Padding
{
    /// <summary>The least multiple of <paramref name="block"/> that is not smaller.</summary>
    public static int PaddedTo(this int extent, int block) => (extent + block - 1) / block * block;
}
