namespace PPYolo.Tests.Unit.Align.Formats;

public class SafetensorsTests
{
    private const string A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    [Fact]
    public void Metadata_and_blanks_around_the_tensors_are_allowed_and_so_is_any_order_of_names()
    {
        using var tensors = Raw.Read(
            Raw.Safetensors(
                "{\"__metadata__\":{\"format\":\"pt\"},\"b\":{\"shape\":[],\"dtype\":\"BF16\",\"data_offsets\":[8,10]},"
                    + "\"e\":{\"dtype\":\"I8\",\"shape\":[3,0],\"data_offsets\":[8,8]},"
                    + A
                    + "}   ",
                10
            )
        );

        tensors.Select(pair => $"{pair.Key} {pair.Value}").Should().Equal("b bfloat16 scalar", "e int8 3x0", "a float32 2");
    }

    [Theory]
    [InlineData(
        "{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9,13]}}",
        13,
        "expected tensor 'b' to begin at 8, where the one before ends, found 9"
    )]
    [InlineData(
        "{" + A + ",\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        8,
        "expected tensor 'b' to begin at 8, where the one before ends, found 4"
    )]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}", 5, "expected tensor 'a' to begin at 0")]
    [InlineData("{" + A + "}", 9, "expected 8 bytes of tensors, found 9")]
    [InlineData("{" + A + "}", 7, "expected 8 bytes of tensors, found 7")]
    [InlineData("{" + A + "," + A + "}", 8, "expected each name once, found 'a' twice")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
        8,
        "expected 12 bytes for tensor 'a', found those from 0 to 8"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        8,
        "expected 8 bytes for tensor 'a', found those from 8 to 0"
    )]
    [InlineData("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "found only a (F8_E4M3)")]
    [InlineData(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
        8,
        "expected a shape that memory can hold"
    )]
    [InlineData(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1099511627776],\"data_offsets\":[0,1099511627776]}}",
        8,
        "expected 1099511627776 bytes of tensors, found 8"
    )]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,8]}}", 8, "expected integers that are not negative")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", 8, "expected integers that are not negative")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"more\":1}}", 8, "found 'more' in tensor 'a'")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,8]}}", 8, "less in tensor 'a'")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", 0, "expected strings by name as metadata, found Number")]
    [InlineData("{" + A + "} x", 8, "expected a header in JSON")]
    [InlineData("{" + A, 8, "expected a header in JSON")]
    public void Whatever_the_format_forbids_is_refused(string header, int dataLength, string message) =>
        Raw.ShouldBeRefused(Raw.Safetensors(header, dataLength), message);

    [Fact]
    public void A_header_longer_than_the_file_is_no_header()
    {
        byte[] bytes = [.. BitConverter.GetBytes(1L << 60), .. "{}"u8];
        Raw.ShouldBeRefused(bytes, "found something else");
    }
}
