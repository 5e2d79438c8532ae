using System.Net;

namespace PPYolo.Align.Reports;

/// <summary>
/// The pages of reports: whole files that need neither network nor scripts, made for light and dark, for phones and for the keyboard.
/// </summary>
public static class HtmlPage
{
    private static readonly string Style = ReadStyle();

    /// <summary>A page.</summary>
    /// <param name="title">Its title, as text.</param>
    /// <param name="body">What is on it, as HTML.</param>
    public static string Whole(string title, string body) =>
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
        + $"initial-scale=1\">\n<title>{Text(title)}</title>\n<style>\n{Style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n"
        + "</html>";

    /// <summary>Text as HTML.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Wide content that a narrow window scrolls, by keyboard too.</summary>
    /// <param name="label">What it is, as text.</param>
    /// <param name="content">The content, as HTML.</param>
    public static string Scrolling(string label, string content) =>
        $"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Text(label)}\">{content}</div>\n";

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream("page.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
