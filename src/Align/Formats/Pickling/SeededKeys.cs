using System.Numerics;

namespace PPYolo.Align.Formats.Pickling;

/// <summary>
/// Compares keys by hashes that nobody can foresee: a file whose integers all had the same hash would take a time that grows with the
/// square of its size. Strings are so hashed by the framework, numbers are not.
/// </summary>
internal sealed class SeededKeys : IEqualityComparer<object>, IEqualityComparer<uint>
{
    /// <summary>The only one that is needed.</summary>
    public static SeededKeys Instance { get; } = new();

    public new bool Equals(object? x, object? y) => object.Equals(x, y);

    public int GetHashCode(object key)
    {
        switch (key)
        {
            case long number:
                return Mix(number);
            case double number:
                return Mix(BitConverter.DoubleToInt64Bits(number));
            case BigInteger number:
                var hash = new HashCode();
                hash.AddBytes(number.ToByteArray());
                return hash.ToHashCode();
            default:
                return key.GetHashCode();
        }
    }

    public bool Equals(uint x, uint y) => x == y;

    public int GetHashCode(uint key) => HashCode.Combine(key);

    // Both halves: the framework adds them before it mixes. HashCode has a seed of its own in each process.
    private static int Mix(long number) => HashCode.Combine((int)number, (int)(number >> 32));
}
