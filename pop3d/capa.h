/*
 * capa - what CAPA lists (RFC 2449 6), as it is sent.
 */
#ifndef POP3D_CAPA_H
#define POP3D_CAPA_H

/* These stay listed in TRANSACTION (RFC 2449 6.3, 5034). */
#define CAPA_LOGIN	"USER\r\nSASL PLAIN\r\n"
#define CAPA_STLS	"STLS\r\n"
#define CAPA_ALWAYS \
	"TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n" \
	"UTF8\r\nEXPIRE NEVER\r\nIMPLEMENTATION pennypost\r\n"
#define CAPA_END	".\r\n"

#endif
