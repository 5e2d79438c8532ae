namespace PPYolo.Align.Formats.Bytes;

/// <summary>
/// Bounds the memory that one file can make a reader allocate. Nearly all data of these formats are used where they lie in the file; only
/// compressed, strided, byte-swapped and re-encoded tensors are made anew, and there a small file can ask for much (deflate shrinks zeros a
/// thousandfold, a stride of zero repeats one element for ever).
/// </summary>
/// <remarks>
/// The bound is 512 MiB and twenty times the file: trained weights compress to about 90 %, and even a checkpoint that is mostly zeros
/// (fresh momentum) stays below a factor of twenty once it is larger than some tens of megabytes; smaller ones are covered by the
/// constant. A hostile file of a few kilobytes can so claim 512 MiB at most, and only by bringing the compressed data for it.
/// </remarks>
internal sealed class AllocationBudget(ByteSource file)
{
    private const long Floor = 1L << 29;
    private const long Factor = 20;

    private long left = Floor + (Factor * file.Length);

    /// <summary>Allocates an array that will be filled from the file.</summary>
    /// <exception cref="AlignException">The file asks for more than it is allowed, or for more than an array can hold.</exception>
    public byte[] Allocate(long bytes, ByteSource source)
    {
        if (bytes < 0 || bytes > Array.MaxLength)
        {
            throw source.Error("tensors below 2 GiB", $"{bytes} bytes", "split the tensor");
        }

        Charge(bytes, source);
        return GC.AllocateUninitializedArray<byte>((int)bytes);
    }

    /// <summary>Counts what needs no memory here, but will wherever it is written to.</summary>
    /// <exception cref="AlignException">The file asks for more than it is allowed.</exception>
    public void Charge(long bytes, ByteSource source)
    {
        if (bytes > left)
        {
            throw source.Error(
                $"at most {Floor + (Factor * file.Length)} bytes unpacked from a file of {file.Length}",
                "more",
                "if the file is trusted, store it uncompressed and contiguous"
            );
        }

        left -= bytes;
    }
}
