using System.Globalization;
using PPYolo.Align.Generation;

namespace PPYolo.Tests.Unit.Align.Generation;

public sealed class PortableStreamTests
{
    [Theory]
    [InlineData("", "cbf29ce484222325", "c3817c016ba4ff30 100cdaacc0bc9316 54c3a569ecf61b1b", 0.7636945247650146)]
    [InlineData("a", "af63dc4c8601ec8c", "5f29c2aadd9b8527 ff84f1bdb6d3884f fdfab147e960346e", 0.3717309236526489)]
    [InlineData("1/image/0", "f913a51987cb88f9", "801193ac325407a6 3dc8589bd96ff846 50be11b64e743318", 0.5002681612968445)]
    [InlineData(
        "1/backbone.conv1.conv1_1.conv.weight",
        "f1540505dfa18966",
        "822aa8677366418c 64568df95315dee1 264fddd1e9df7ec0",
        0.5084633827209473
    )]
    [InlineData(
        "sketch/backbone.conv1.conv1_1.conv.weight",
        "77a133efb83a0ae5",
        "656718ff499946f2 e7044f6c90c84da7 681df667e6163720",
        null
    )]
    public void Has_the_published_check_values(string name, string key, string bits, double? uniform)
    {
        var stream = new PortableStream(name);

        stream.Key.Should().Be(Hexadecimal(key));
        new[] { stream.Bits(0), stream.Bits(1), stream.Bits(2) }.Should().Equal(bits.Split(' ').Select(Hexadecimal));
        if (uniform is { } expected)
        {
            ((double)stream.Uniform(0)).Should().Be(expected);
        }
    }

    [Fact]
    public void Hashes_a_name_as_utf8()
    {
        // FNV-1a of the octets c3 a9.
        var key = 0xcbf29ce484222325;
        foreach (var octet in new byte[] { 0xc3, 0xa9 })
        {
            key = (key ^ octet) * 0x100000001b3;
        }

        new PortableStream("é").Key.Should().Be(key);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(3, 5)]
    [InlineData(8, 1)]
    [InlineData(67, 1_000_003)]
    [InlineData(513, (1L << 40) - 7)]
    public void Fills_bits_as_single_elements_have_them(int count, long start)
    {
        var stream = new PortableStream("bits");
        var filled = new ulong[count];

        stream.FillBits(filled, start);

        filled.Should().Equal(Enumerable.Range(0, count).Select(i => stream.Bits(start + i)));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1537)]
    public void Fills_numbers_as_single_elements_have_them(int count)
    {
        var stream = new PortableStream("numbers");
        float[] uniform = new float[count],
            scaled = new float[count],
            moved = new float[count];

        stream.FillUniform(uniform);
        stream.FillScaled(scaled, 0.3f);
        stream.FillScaled(moved, 0.3f, 1f);

        for (var i = 0; i < count; i++)
        {
            // Each operation rounded to float32 by going through float64, in which product and sum of these are exact before they are
            // rounded.
            var u = stream.Uniform(i);
            var product = (float)((double)((2 * u) - 1) * 0.3f);
            uniform[i].Should().Be(u);
            scaled[i].Should().Be(product);
            moved[i].Should().Be((float)((double)product + 1f));
        }
    }

    [Fact]
    public void Numbers_are_multiples_of_2_to_the_minus_24_below_1()
    {
        var stream = new PortableStream("range");
        for (var i = 0; i < 10_000; i++)
        {
            var u = stream.Uniform(i);
            u.Should().BeInRange(0, 1 - (1f / (1 << 24)));
            (u * (1 << 24)).Should().Be(MathF.Floor(u * (1 << 24)));
        }
    }

    [Fact]
    public void Streams_are_equal_by_name()
    {
        (new PortableStream("a") == new PortableStream("a")).Should().BeTrue();
        (new PortableStream("a") != new PortableStream("b")).Should().BeTrue();
        new PortableStream("a").Equals((object)new PortableStream("a")).Should().BeTrue();
        new PortableStream("a").Equals("a").Should().BeFalse();
        new PortableStream("a").GetHashCode().Should().Be(new PortableStream("a").GetHashCode());
    }

    private static ulong Hexadecimal(string digits) => ulong.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
