// What the page says, in Vietnamese and English.

const STRINGS = {
  en: {
    skip: "To the text",
    tools: "Tools",
    language: "Language",
    newPage: "New page",
    nextPage: "Next page ({n})",
    undo: "Undo (Ctrl+Z)",
    redo: "Redo (Ctrl+Shift+Z)",
    copyJson: "Copy JSON",
    save: "Save…",
    help: "Keys and help (?)",
    introTitle: "Read an article on defence cooperation",
    introText: "People, ranks, organizations, dates, documents and areas of cooperation are marked in the text. You can correct the marks and save them as an annotation. Nothing leaves this server.",
    inputLabel: "Text of the article, or a whole page",
    read: "Read",
    choose: "Choose files…",
    example: "Try an example",
    whole: "Read menus and teasers too",
    dropHint: "Or drop .txt or .html files anywhere on this page; an annotated .md file opens with its marks. Ctrl+Enter reads.",
    dropHere: "Drop the files here",
    layers: "Show and hide layers",
    areas: "Areas of cooperation",
    textLabel: "Article with its marks",
    textKeys: "Arrow keys move, with Shift they select, with Ctrl by words. N and P go to the next and previous mark. 1 to 5 set the type, A an area, Delete removes a mark. Question mark shows all keys.",
    menuLabel: "Choose a label",
    reading: "Reading…",
    cancel: "Cancel",
    close: "Close",
    saveTitle: "Save as an annotation",
    saveId: "Id of the article (the file's name)",
    saveIdHint: "Letters without accents, digits, _ . and -",
    saveForm: "Form",
    inlineForm: "Inline markup (.md): text and marks in one readable file",
    standoffForm: "Stand-off (.json): marks by their offsets, the text apart",
    saveFolder: "Save in {folder}",
    replaceFile: "Replace it",
    download: "Download",
    savedTo: "Saved: {files}",
    downloaded: "Downloaded {file}",
    notSaved: "This cannot be saved.",
    helpTitle: "Keys",
    helpMouse: "With the mouse: select text, then choose a label; click a mark to change or delete it. Selections grow to whole words, with Alt they stay exact. To change a mark's span, select the right span and choose its label again.",
    keyMove: "Move the caret; with Ctrl by words; with Shift select",
    keyStart: "Move the beginning of the selection by words",
    keyNext: "Next mark, previous mark",
    keyEntity: "Mark or change: {types}",
    keyEverywhere: "The same at every place of these words",
    keyArea: "Mark or change an area's evidence",
    keyMenu: "Open the menu for the selection or mark",
    keyDelete: "Remove the mark; with Shift at every place of these words",
    keyLine: "Take the line out of the article, or back in",
    keyUndo: "Undo, redo",
    keySave: "Save",
    keyEscape: "Close the menu, drop the selection",
    entity: "Entity",
    area: "Area",
    areaFilter: "Find an area…",
    noArea: "No such area",
    everywhere: "At every place ({n})",
    delete: "Delete",
    deleted: "Removed {label}: {text}",
    marked: "{label}: {text}",
    replaced: "{n} replaced",
    places: "{n} places",
    undone: "Undone",
    redone: "Redone",
    nothingUndo: "Nothing to undo",
    nothingRedo: "Nothing to redo",
    copied: "JSON copied",
    notCopied: "The browser does not allow copying",
    selectFirst: "Select words or a mark first",
    empty: "There is nothing selected",
    line: "A mark stays on one line",
    furniture: "This line is not part of the article; take it in first (F)",
    crosses: "This would cross {label}: {text}. Marks may nest but not cross.",
    lineOut: "Line taken out of the article",
    lineOutMarks: "Line taken out of the article, with {n} marks",
    lineIn: "Line taken into the article",
    takeOut: "Take this line out of the article",
    takeIn: "Take this line into the article",
    leftOut: "{n} lines outside the article: {reasons}",
    leftOutOne: "1 line outside the article: {reasons}",
    byHand: "by hand",
    none: "None",
    bareArea: "No phrase is marked, so an annotation will not hold this area.",
    conflictText: "{n} marks overlap or cross others; an annotation cannot hold them:",
    conflictOne: "1 mark overlaps or crosses another; an annotation cannot hold it:",
    keepLonger: "Keep the longer ones",
    unsaved: "The changes are not saved. Leave this page all the same?",
    notText: "{name} is not a text in UTF-8 or UTF-16.",
    tooLarge: "{name} is too large: this server takes {size} MiB.",
    emptyText: "There is no text to read.",
    queued: "{n} more pages are waiting",
    error0: "The server does not answer. Is it still running?",
    error413: "Too large.",
    error422: "This cannot be read.",
    error500: "The server has failed.",
    error503: "The server is busy.",
    reasons: {},
  },
  vi: {
    skip: "Đến văn bản",
    tools: "Công cụ",
    language: "Ngôn ngữ",
    newPage: "Bài mới",
    nextPage: "Bài tiếp ({n})",
    undo: "Hoàn tác (Ctrl+Z)",
    redo: "Làm lại (Ctrl+Shift+Z)",
    copyJson: "Chép JSON",
    save: "Lưu…",
    help: "Phím tắt và trợ giúp (?)",
    introTitle: "Đọc một bài báo về hợp tác quốc phòng",
    introText: "Người, cấp bậc, tổ chức, ngày tháng, văn kiện và lĩnh vực hợp tác được đánh dấu ngay trong văn bản. Bạn có thể sửa các dấu và lưu thành bản chú giải. Không dữ liệu nào rời khỏi máy chủ này.",
    inputLabel: "Nội dung bài báo, hoặc cả trang",
    read: "Đọc",
    choose: "Chọn tệp…",
    example: "Xem ví dụ",
    whole: "Đọc cả trình đơn và tin liên quan",
    dropHint: "Hoặc thả tệp .txt, .html vào bất cứ đâu trên trang này; tệp .md đã chú giải mở ra cùng các dấu của nó. Ctrl+Enter để đọc.",
    dropHere: "Thả tệp vào đây",
    layers: "Hiện và ẩn các lớp",
    areas: "Lĩnh vực hợp tác",
    textLabel: "Bài báo và các dấu",
    textKeys: "Phím mũi tên di chuyển, thêm Shift để chọn, thêm Ctrl để đi theo từ. N và P đến dấu sau và dấu trước. 1 đến 5 đặt loại, A đặt lĩnh vực, Delete xóa dấu. Dấu hỏi hiện mọi phím.",
    menuLabel: "Chọn nhãn",
    reading: "Đang đọc…",
    cancel: "Hủy",
    close: "Đóng",
    saveTitle: "Lưu thành bản chú giải",
    saveId: "Mã bài (tên tệp)",
    saveIdHint: "Chữ không dấu, chữ số, _ . và -",
    saveForm: "Dạng",
    inlineForm: "Đánh dấu trong dòng (.md): văn bản và dấu trong một tệp dễ đọc",
    standoffForm: "Tách rời (.json): dấu theo vị trí, văn bản để riêng",
    saveFolder: "Lưu vào {folder}",
    replaceFile: "Thay tệp cũ",
    download: "Tải xuống",
    savedTo: "Đã lưu: {files}",
    downloaded: "Đã tải {file}",
    notSaved: "Không lưu được.",
    helpTitle: "Phím tắt",
    helpMouse: "Bằng chuột: chọn chữ rồi chọn nhãn; bấm vào dấu để đổi hoặc xóa. Vùng chọn tự mở rộng đến trọn từ, giữ Alt để chọn đúng từng chữ. Để sửa phạm vi của dấu, hãy chọn lại phạm vi đúng rồi chọn nhãn lần nữa.",
    keyMove: "Di chuyển con trỏ; thêm Ctrl theo từ; thêm Shift để chọn",
    keyStart: "Dời đầu vùng chọn theo từ",
    keyNext: "Dấu sau, dấu trước",
    keyEntity: "Đánh dấu hoặc đổi: {types}",
    keyEverywhere: "Như trên, ở mọi chỗ có các chữ này",
    keyArea: "Đánh dấu hoặc đổi lĩnh vực",
    keyMenu: "Mở bảng chọn cho vùng chọn hoặc dấu",
    keyDelete: "Xóa dấu; thêm Shift để xóa ở mọi chỗ có các chữ này",
    keyLine: "Bỏ dòng khỏi bài, hoặc đưa lại vào bài",
    keyUndo: "Hoàn tác, làm lại",
    keySave: "Lưu",
    keyEscape: "Đóng bảng chọn, bỏ vùng chọn",
    entity: "Thực thể",
    area: "Lĩnh vực",
    areaFilter: "Tìm lĩnh vực…",
    noArea: "Không có lĩnh vực nào như vậy",
    everywhere: "Ở mọi chỗ ({n})",
    delete: "Xóa",
    deleted: "Đã xóa {label}: {text}",
    marked: "{label}: {text}",
    replaced: "thay {n} dấu",
    places: "{n} chỗ",
    undone: "Đã hoàn tác",
    redone: "Đã làm lại",
    nothingUndo: "Không còn gì để hoàn tác",
    nothingRedo: "Không còn gì để làm lại",
    copied: "Đã chép JSON",
    notCopied: "Trình duyệt không cho chép",
    selectFirst: "Hãy chọn chữ hoặc một dấu trước",
    empty: "Chưa chọn gì",
    line: "Một dấu chỉ nằm trên một dòng",
    furniture: "Dòng này không thuộc bài; hãy đưa nó vào bài trước (F)",
    crosses: "Dấu này sẽ cắt ngang {label}: {text}. Các dấu có thể lồng nhau nhưng không cắt nhau.",
    lineOut: "Đã bỏ dòng khỏi bài",
    lineOutMarks: "Đã bỏ dòng khỏi bài, cùng {n} dấu",
    lineIn: "Đã đưa dòng vào bài",
    takeOut: "Bỏ dòng này khỏi bài",
    takeIn: "Đưa dòng này vào bài",
    leftOut: "{n} dòng ngoài bài: {reasons}",
    leftOutOne: "1 dòng ngoài bài: {reasons}",
    byHand: "đánh tay",
    none: "Không có",
    bareArea: "Chưa có cụm từ nào được đánh dấu, nên bản chú giải sẽ không có lĩnh vực này.",
    conflictText: "{n} dấu chồng lên hoặc cắt ngang dấu khác; bản chú giải không chứa được:",
    conflictOne: "1 dấu chồng lên hoặc cắt ngang dấu khác; bản chú giải không chứa được:",
    keepLonger: "Giữ các dấu dài hơn",
    unsaved: "Các thay đổi chưa được lưu. Vẫn rời bài này?",
    notText: "{name} không phải văn bản UTF-8 hay UTF-16.",
    tooLarge: "{name} quá lớn: máy chủ này nhận {size} MiB.",
    emptyText: "Không có văn bản để đọc.",
    queued: "Còn {n} bài đang chờ",
    error0: "Máy chủ không trả lời. Nó còn chạy không?",
    error413: "Quá lớn.",
    error422: "Không đọc được.",
    error500: "Máy chủ gặp lỗi.",
    error503: "Máy chủ đang bận.",
    reasons: {
      menu: "trình đơn",
      site: "tên trang",
      date: "ngày đăng",
      share: "chia sẻ",
      player: "trình phát",
      rating: "đánh giá",
      image: "ảnh",
      tags: "từ khóa",
      link: "liên kết",
      comment: "bình luận",
      subscribe: "đăng ký",
      cookie: "cookie",
      ad: "quảng cáo",
      traffic: "lượt xem",
      teaser: "tin giới thiệu",
      related: "tin liên quan",
      "other-article": "bài khác",
      footer: "chân trang",
    },
  },
};

export const EXAMPLE = `Trang chủ | Thời sự | Quốc phòng
Việt Nam và Phần Lan thúc đẩy hợp tác quốc phòng
Chiều 24/10, tại Hà Nội, Thượng tướng Trần Gia Bảo, Thứ trưởng Bộ Quốc phòng, hội đàm với Trung tướng Mikael Virtanen, Tổng Tham mưu trưởng Quân đội Phần Lan.
Hai bên nhất trí tăng cường trao đổi đoàn các cấp, đào tạo sĩ quan và gìn giữ hòa bình Liên hợp quốc; sớm ký Bản ghi nhớ về hợp tác quốc phòng trong năm 2026.
Trung tướng Mikael Virtanen cảm ơn Bộ Quốc phòng đã đón tiếp đoàn và mời Thượng tướng Trần Gia Bảo sang thăm vào tháng 3/2026.
Tin liên quan
Khai mạc lớp tập huấn quân y tại Học viện Quân y`;

let language = "en";

/** The chosen language: `vi` or `en`. */
export const getLanguage = () => language;

/** The language chosen before, else the browser's. */
export function firstLanguage() {
  try {
    const kept = localStorage.getItem("hoptac-language");
    if (kept in STRINGS) return kept;
  } catch {
    // storage may be switched off; the page does without
  }
  return navigator.language.toLowerCase().startsWith("vi") ? "vi" : "en";
}

/** Switch everything in the page's HTML that names its string in `data-i18n` or `data-i18n-label`. */
export function setLanguage(wanted) {
  language = wanted;
  try {
    localStorage.setItem("hoptac-language", wanted);
  } catch {
    // as above
  }
  document.documentElement.lang = wanted;
  for (const element of document.querySelectorAll("[data-i18n]")) element.textContent = say(element.dataset.i18n);
  for (const element of document.querySelectorAll("[data-i18n-label]")) {
    element.setAttribute("aria-label", say(element.dataset.i18nLabel));
    if (element.localName === "button") element.title = say(element.dataset.i18nLabel);
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === wanted));
  }
}

/** A sentence, with `{name}` replaced by its value. */
export function say(key, values = {}) {
  return STRINGS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The sentence for an error's status, which `sentences` may replace, then the server's own. */
export function sayError(error, sentences = {}) {
  const known = sentences[error.status] ?? STRINGS[language][`error${error.status}`];
  return [known, error.message].filter(Boolean).join(" ");
}

/** Why a line was left out. */
export const sayReason = (reason) => STRINGS[language].reasons[reason] ?? reason;
