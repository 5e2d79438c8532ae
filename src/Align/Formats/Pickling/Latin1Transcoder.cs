namespace PPYolo.Align.Formats.Pickling;

/// <summary>Turns UTF-8 of characters below 256 into one byte each, block by block.</summary>
internal sealed class Latin1Transcoder(byte[] target)
{
    private int count;
    private int lead;
    private bool afterLead;
    private bool bad;

    /// <summary>Whether the target has been filled with what was proper UTF-8.</summary>
    public bool Complete => !bad && !afterLead && count == target.Length;

    /// <summary>The number of characters that begin in a block.</summary>
    public static long Count(ReadOnlySpan<byte> block)
    {
        var characters = 0;
        foreach (var value in block)
        {
            characters += (sbyte)value >= -64 ? 1 : 0;
        }

        return characters;
    }

    // The bytes of weights are noise: a branch on them would be mispredicted every other time, so that everything is computed and nothing
    // decided.
    public void Append(ReadOnlySpan<byte> block)
    {
        var (at, high, was, wrong) = (count, lead, afterLead, bad);
        foreach (var value in block)
        {
            var isLead = value >= 0xc0;
            wrong |= was != ((value & 0xc0) == 0x80);

            // Only 0xc2 and 0xc3 begin characters from 128 to 255.
            wrong |= isLead & ((uint)(value - 0xc2) > 1);
            if ((uint)at < (uint)target.Length)
            {
                target[at] = (byte)(value | (was ? high << 6 : 0));
            }
            else
            {
                wrong |= !isLead;
            }

            at += isLead ? 0 : 1;
            high = value & 3;
            was = isLead;
        }

        (count, lead, afterLead, bad) = (Math.Min(at, target.Length), high, was, wrong);
    }
}
