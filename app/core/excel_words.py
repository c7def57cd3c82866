"""What is said about an upload that cannot be taken: (Chinese, English), what it is and what to do."""

from __future__ import annotations

_SAVE_ZH = "请用 Excel、WPS 或 LibreOffice 打开后，另存为“Excel 工作簿（*.xlsx）”再上传。"
_SAVE_EN = "Open it in Excel, WPS or LibreOffice, save it as “Excel workbook (*.xlsx)” and upload that."
_TEMPLATE_ZH = "请下载本期模板，填写后上传。"
_TEMPLATE_EN = "Download this period's template, fill it in and upload it."

REFUSALS: dict[str, tuple[str, str]] = {
    "empty": (
        "文件是空的，没有任何内容。请检查文件是否保存成功，再重新上传。",
        "The file is empty. Check that it was saved and upload it again.",
    ),
    "too_large": (
        "文件大小为 {size} MB，超过 {limit} MB 的上限。请删除图片和与报表无关的工作表后再上传。",
        "The file has {size} MB; the limit is {limit} MB. Remove pictures and sheets that are no forms.",
    ),
    "pdf": (
        f"这是 PDF 文件，不是 Excel 工作簿。{_TEMPLATE_ZH}",
        f"This is a PDF file, not an Excel workbook. {_TEMPLATE_EN}",
    ),
    "image": (
        f"这是图片文件，不是 Excel 工作簿。{_TEMPLATE_ZH}",
        f"This is a picture, not an Excel workbook. {_TEMPLATE_EN}",
    ),
    "archive": (
        "这是压缩包，不是 Excel 工作簿。请解压后上传其中的 .xlsx 文件。",
        "This is an archive, not an Excel workbook. Unpack it and upload the .xlsx file inside.",
    ),
    "csv": (
        f"这是文本（CSV）文件，不是 Excel 工作簿。{_TEMPLATE_ZH}",
        f"This is a text (CSV) file, not an Excel workbook. {_TEMPLATE_EN}",
    ),
    "html": (
        f"这是网页文件（只是扩展名像 Excel）。{_SAVE_ZH}",
        f"This is a web page that only looks like an Excel file. {_SAVE_EN}",
    ),
    "xml_2003": (
        f"这是“XML 表格 2003”文件。{_SAVE_ZH}",
        f"This is an “XML spreadsheet 2003”. {_SAVE_EN}",
    ),
    "old_xls": (
        f"这是旧版 Excel（.xls，97-2003）文件。{_SAVE_ZH}",
        f"This is a file of an old Excel (.xls, 97–2003). {_SAVE_EN}",
    ),
    "xlsb": (
        f"这是二进制工作簿（.xlsb）。{_SAVE_ZH}",
        f"This is a binary workbook (.xlsb). {_SAVE_EN}",
    ),
    "ods": (
        f"这是 OpenDocument 表格（.ods）。{_SAVE_ZH}",
        f"This is an OpenDocument spreadsheet (.ods). {_SAVE_EN}",
    ),
    "document": (
        f"这是 Word 或演示文稿文件，不是 Excel 工作簿。{_TEMPLATE_ZH}",
        f"This is a Word or presentation file, not an Excel workbook. {_TEMPLATE_EN}",
    ),
    "not_a_workbook": (
        f"文件里没有 Excel 工作簿。{_TEMPLATE_ZH}",
        f"There is no Excel workbook in this file. {_TEMPLATE_EN}",
    ),
    "unknown": (
        f"无法识别的文件，不是 Excel 工作簿。{_TEMPLATE_ZH}",
        f"This file is of no known kind and is not an Excel workbook. {_TEMPLATE_EN}",
    ),
    "damaged": (
        "文件已损坏，无法打开。请用 Excel 或 WPS 打开检查并重新保存；如仍不行，请重新下载模板填写。",
        "The file is damaged. Open and save it again in Excel or WPS; if that fails, use a new template.",
    ),
    "encrypted": (
        "文件设置了打开密码。请在 Excel 或 WPS 中取消“用密码进行加密”后保存，再上传。",
        "The file is encrypted with a password. Remove it in Excel or WPS, save and upload the file again.",
    ),
    "macro": (
        "文件含有宏（VBA），不能上传。请另存为不含宏的“Excel 工作簿（*.xlsx）”。",
        "The file contains macros (VBA). Save it as “Excel workbook (*.xlsx)”, which holds no macros.",
    ),
    "external_links": (
        "文件引用了其他文件的数据（外部链接）。请在“数据 - 编辑链接”中断开链接，再保存上传。",
        "The file takes data from other files. Break the links (Data – Edit Links) so that the values are in "
        "this file, and upload it again.",
    ),
    "embedded": (
        "文件中嵌入了其他文件或对象。请删除嵌入的对象；附件请在页面的“附件”处单独上传。",
        "Other files are embedded in this file. Delete them; attachments are uploaded on the page itself.",
    ),
    "active_content": (
        "文件含有 ActiveX 控件，不能上传。请下载新模板，把数值复制过去后再上传。",
        "The file contains ActiveX controls. Copy the values into a new template and upload that.",
    ),
    "doctype": (
        "文件内部含有不允许的声明（DOCTYPE），可能被改动过。请下载新模板，把数值复制过去后再上传。",
        "The file contains a forbidden declaration (DOCTYPE). Copy the values into a new template.",
    ),
    "odd_names": (
        "文件内部结构异常（条目重复或路径不合法），可能被改动过。请下载新模板，把数值复制过去后再上传。",
        "The file is irregular inside (double or unsafe entries). Copy the values into a new template.",
    ),
    "odd_packing": (
        f"文件采用了不支持的压缩方式。{_SAVE_ZH}",
        f"The file is packed in an unusual way. {_SAVE_EN}",
    ),
    "too_many_parts": (
        "文件内部条目超过 {limit} 个，不是正常的报表。请下载新模板，把数值复制过去后再上传。",
        "The file has more than {limit} entries, which no form has. Copy the values into a new template.",
    ),
    "bomb": (
        "文件解压后过大（上限 {limit} MB），不是正常的报表。请删除多余的工作表、行和格式，或使用新模板。",
        "Unpacked, the file is far too large (limit {limit} MB). Remove spare sheets, rows and formats, "
        "or use a new template.",
    ),
    "too_complex": (
        "文件过于复杂，无法在限定的时间和内存内读取。请删除多余的行、列、格式和合并单元格，或使用新模板。",
        "The file is too complex to be read in the time and memory allowed. Remove spare rows, columns, "
        "formats and merged cells, or use a new template.",
    ),
    "no_known_form": (
        "文件中没有找到需要的报表（{expected}）。{found}请使用从本页下载的模板填写。",
        "None of the expected forms ({expected}) is in this file. {found}Use the template from this page.",
    ),
    "wrong_form": (
        "这是报表 {found} 的文件，当前要导入的是 {expected}。请选择对应的文件。",
        "This file is for form {found}; you are importing {expected}. Choose the file for this form.",
    ),
    "other_period": (
        "这是 {found} 的文件，当前报告期是 {expected}。请使用 {expected} 的模板。",
        "This file is for period {found}; the present period is {expected}. Use the template of {expected}.",
    ),
    "other_institution": (
        "这是另一家机构（统一社会信用代码 {found}）的文件，不能导入到本机构（{expected}）。"
        "请选择本机构的文件。",
        "This file belongs to another institution ({found}) and cannot be imported for {expected}. "
        "Choose your own file.",
    ),
    "old_version": (
        "文件中的报表 {forms} 不是现行版本，栏目可能已变化。请下载新模板，把数值复制过去后再导入。",
        "Form {forms} in this file is not the version in force; its items may have changed. Download the new "
        "template, copy the values and import that.",
    ),
    "no_identity": (
        "文件不是用本平台的模板填写的，且与报表 {form} 的栏目不一致（找不到：{missing}）。请下载模板，把数值复制过去后再导入。",
        "The file was not made from a template of this platform and differs from form {form} (not found: {missing})."
        " Download the template, copy the values and import that.",
    ),
    "layout_changed": (
        "工作表“{sheet}”与报表 {form} 的栏目不一致（找不到：{missing}）。请勿删改项目名称和表头；"
        "请下载新模板，把数值复制过去后再导入。",
        "Sheet “{sheet}” differs from form {form} (not found: {missing}). Leave labels and headings as they are: "
        "download a new template, copy the values and import that.",
    ),
}
