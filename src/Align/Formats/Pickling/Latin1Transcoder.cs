namespace PPYolo.Align.Formats.Pickling;

/// <summary>Turns UTF-8 of characters below 256 into one byte each, block by block.</summary>
internal sealed class Latin1Transcoder(byte[] target)
{
    private int count;
    private int lead = -1;
    private bool bad;

    /// <summary>Whether the target has been filled with what was proper UTF-8.</summary>
    public bool Complete => !bad && lead < 0 && count == target.Length;

    public void Append(ReadOnlySpan<byte> block)
    {
        foreach (var value in block)
        {
            if (lead >= 0)
            {
                bad |= (value & 0xc0) != 0x80;
                Put((byte)((lead << 6) | (value & 0x3f)));
                lead = -1;
            }
            else if (value < 0x80)
            {
                Put(value);
            }
            else
            {
                // Only 0xc2 and 0xc3 begin characters from 128 to 255.
                bad |= value is not (0xc2 or 0xc3);
                lead = value & 3;
            }
        }
    }

    private void Put(byte value)
    {
        if (count < target.Length)
        {
            target[count++] = value;
        }
        else
        {
            bad = true;
        }
    }
}
